import assert from "node:assert/strict";
import { handler } from "../../e2e/handlers.ts";
import type { Bench } from "../bench.ts";
import { CONFIG, type Host, NOTES } from "../host.ts";
import { defineLife, playLife } from "../play.ts";
import { USES_ALL } from "./confined.ts";
import { installed } from "./package.ts";
import { recipes } from "./recipes.ts";

const SEEN = `${NOTES}/domains`;
const HOOKS = "/etc/libvirt/hooks";
/**
 * What guests need under Debian's policy: it lets QEMU emulate a processor only where this is set, and libvirtd take
 * down no file system of a guest's own /dev.
 */
const FOR_GUESTS = `setsebool virt_use_execmem on
  echo 'namespaces = []' >> /etc/libvirt/qemu.conf
  systemctl restart libvirtd`;

/** A handler that writes down the domain it runs in. */
const DOMAIN = handler({
  on: "*/*",
  allow: ["exec: [id -Z]", `write: [${SEEN}]`],
  body: `const { stdout } = await host.exec("id", ["-Z"]);
  await host.fs.append("${SEEN}", \`\${stdout.split(":")[2]}\\n\`);`,
});

/** Hook calls under Debian's own policy, enforced: as the policy is, and with hookvisor's module. */
export async function selinux(bench: Bench, host: Host): Promise<void> {
  await bench.check("SELinux is enforcing, libvirtd and the admin are in their domains", async () => {
    assert.equal((await host.vm.must("getenforce")).trim(), "Enforcing");
    assert.match(await host.vm.must("virsh -q list; ps -eo label,comm"), /:virtd_t:\S+ +libvirtd$/m);
    assert.match(await host.vm.must("id -Z"), /:unconfined_t:/);
  });
  await host.vm.must(FOR_GUESTS);
  await defineLife(host);
  await withoutModule(bench, host);
  await bench.check("the module is loaded, the program has its label", async () => {
    await host.vm.must(
      `set -e
      cp /mnt/hookvisor.pp.bz2 /root # what has no label semodule may not read
      semodule -i /root/hookvisor.pp.bz2
      restorecon -RF /usr/bin/hookvisor /run/hookvisor
      ls -Z /usr/bin/hookvisor | grep -q hookvisor_exec_t`,
      600_000,
    );
    await host.vm.must("dmesg --clear");
  });
  await installed(bench, host);
  await host.handlers({ "10-all": USES_ALL, "20-domain": DOMAIN });
  for (const way of ["plain", "restored"] as const) {
    await bench.check(`with the module: a network's and a guest's life, ${way}, in its domain`, async () => {
      await host.vm.file(CONFIG, `checkpoint: ${way === "restored"}\n`);
      await host.vm.must(`hookvisor checkpoint ${way === "restored" ? "" : "--remove"}`);
      const [calls, restored] = await lifeIn(bench, host, "hookvisor_t");
      if (way === "restored") assert.ok(restored >= calls - 2, `only ${restored} of ${calls} were restored`);
      else assert.equal(restored, 0);
    });
  }
  // Debian's policy lets libvirtd label no file in /dev/hugepages.
  await recipes(bench, host, { guestInPages: false });
  await bench.check("doctor finds SELinux well", async () => {
    const { stdout } = await host.vm.run("hookvisor doctor");
    assert.match(stdout, /^ok +SELinux .*module is loaded/m);
    assert.match(stdout, /^ok +SELinux +libvirtd .*is in virtd_t, and may run a hook/m);
    assert.doesNotMatch(stdout, /^(fail|warn) +SELinux/m);
  });
  await bench.check("the package's own scripts may run it: removed, it leaves no link", async () => {
    await host.vm.must("dpkg -r hookvisor");
    assert.equal((await host.vm.must(`find ${HOOKS} -type l`)).trim(), "");
  });
  await bench.check("SELinux denied nothing of hookvisor's", async () => {
    const denials = await host.denials();
    const ours = denials.filter((line) => /hookvisor/.test(line));
    bench.report.note(`${ours.length} denials, and ${denials.length - ours.length} of others`);
    assert.deepEqual(ours, []);
  });
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
    await host.handlers({ "20-domain": DOMAIN });
    await host.vm.must(`for driver in network qemu; do
        mkdir -p ${HOOKS}/$driver.d; ln -s /usr/bin/hookvisor ${HOOKS}/$driver.d/50-hookvisor
      done
      systemctl restart libvirtd`);
    await lifeIn(bench, host, "virtd_t");
  });
}

/** A network's and a guest's life, every call of which runs in that domain. Gives how many calls, and how many restored. */
async function lifeIn(bench: Bench, host: Host, domain: string): Promise<[number, number]> {
  await host.vm.must(`rm -f ${SEEN}`);
  const calls = await playLife(host);
  const restored = calls.filter((call) => call.restored).length;
  bench.report.note(`${calls.length} calls, ${restored} of them restored, in ${domain}`);
  const domains = (await host.vm.must(`cat ${SEEN}`)).trim().split("\n");
  assert.deepEqual(domains, calls.map(() => domain));
  return [calls.length, restored];
}
