import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import type { Host } from "../host.ts";
import { defineLife } from "../play.ts";
import { lifeIn, SAYS_DOMAIN } from "./confined.ts";
import { installed } from "./package.ts";

const HOOKS = "/etc/libvirt/hooks";
const MODULE = "/root/hookvisor.pp.bz2";
/**
 * What guests need under Debian's policy: it lets QEMU emulate a processor only where this is set, and libvirtd take
 * down no file system of a guest's own /dev.
 */
const FOR_GUESTS = `set -e
  setsebool -P virt_use_execmem on
  echo 'namespaces = []' >> /etc/libvirt/qemu.conf
  systemctl restart libvirtd`;
/** The policy is built anew. */
const POLICY_MS = 600_000;

/** The package under Debian's own policy, enforced: as the policy is, then with hookvisor's module. */
export async function selinux(bench: Bench, host: Host): Promise<void> {
  await bench.check("SELinux is enforcing, libvirtd and the admin are in their domains", async () => {
    assert.equal((await host.vm.must("getenforce")).trim(), "Enforcing");
    await host.vm.must("virsh -q list");
    assert.equal(await host.confinement("libvirtd"), "virtd_t");
    assert.match(await host.vm.must("id -Z"), /:unconfined_t:/);
  });
  await host.vm.must(FOR_GUESTS, POLICY_MS);
  await defineLife(host);
  await withoutModule(bench, host);
  await bench.check("the module is loaded, the program has its label", async () => {
    await host.vm.must(
      `set -e
      cp /mnt/hookvisor.pp.bz2 ${MODULE} # what has no label semodule may not read
      semodule -i ${MODULE}
      restorecon -RF /usr/bin/hookvisor /run/hookvisor
      ls -Z /usr/bin/hookvisor | grep -q hookvisor_exec_t`,
      POLICY_MS,
    );
    await host.vm.must("dmesg --clear");
  });
  await installed(bench, host);
  await bench.check("doctor finds SELinux well", async () => {
    // libvirtd ends when nobody wants anything of it for two minutes.
    const { stdout } = await host.vm.run("virsh -q list; hookvisor doctor");
    assert.match(stdout, /^ok +SELinux .*module is loaded/m);
    assert.match(stdout, /^ok +SELinux +libvirtd .*is in virtd_t, and may run a hook/m);
    assert.doesNotMatch(stdout, /^(fail|warn) +SELinux/m);
  });
}

/** The module is removed, as the package is. */
export async function withoutAgain(host: Host): Promise<void> {
  await host.vm.must(`semodule -r hookvisor && rm ${MODULE}`, POLICY_MS);
}

/** What the policy is like without the module: libvirtd may run hooks, in its own domain; an admin may not. */
async function withoutModule(bench: Bench, host: Host): Promise<void> {
  await bench.check(
    "without the module: the package is installed, and its commands say why they cannot run",
    async () => {
      await host.vm.must("dpkg -i /mnt/old.deb");
      const { code, stderr } = await host.vm.run("hookvisor check");
      bench.report.note(stderr.trim());
      assert.deepEqual([code, stderr.split("\n").length], [1, 2]);
      assert.match(stderr, /^error: SELinux or systemd forbids machine code$/m);
    },
  );
  await bench.check("without the module: hook calls run in libvirtd's domain", async () => {
    await host.handlers({ "20-domain": SAYS_DOMAIN });
    await host.vm.must(`for driver in network qemu; do
        mkdir -p ${HOOKS}/$driver.d; ln -s /usr/bin/hookvisor ${HOOKS}/$driver.d/50-hookvisor
      done
      systemctl restart libvirtd`);
    const calls = await lifeIn(host, "virtd_t");
    bench.report.note(`${calls.length} calls`);
    // A process that those calls have left behind, to take the checkpoint, would still be in that domain with the module.
    await host.vm.until("no hookvisor runs", "! pgrep -x hookvisor");
    await host.vm.must(`rm -r ${HOOKS}/{network,qemu}.d`); // which are not of hookvisor install's making
  });
}
