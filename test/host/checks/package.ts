import assert from "node:assert/strict";
import { LOG_HANDLER } from "../../e2e/calls.ts";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import { type Host, NOTES } from "../host.ts";
import { wentWell } from "../play.ts";
import { withoutAgain } from "./selinux.ts";

const HOOKS = "/etc/libvirt/hooks";

/** What an admin saw, for the transcript: each command and what it printed. */
async function typed(bench: Bench, host: Host, command: string): Promise<string> {
  const { code, stdout, stderr } = await host.vm.run(`exec 2>&1; ${command}`);
  bench.report.note(`# ${command}\n${stdout.trim()}${stderr}`);
  assert.equal(code, 0, `${command} ended with ${code}: ${stdout}`);
  return stdout;
}

/** The package is installed, and hooks are put in place. */
export async function installed(bench: Bench, host: Host): Promise<void> {
  await bench.check("dpkg -i, a handler, check, install --reload, doctor", async () => {
    await typed(bench, host, "dpkg -i /mnt/old.deb");
    assert.equal((await host.vm.must("command -v hookvisor")).trim(), "/usr/bin/hookvisor");
    await host.handlers({ "00-calls": LOG_HANDLER.replaceAll("/var/log/hookvisor/e2e", NOTES) });
    await typed(bench, host, "hookvisor check");
    await typed(bench, host, "hookvisor install --reload");
    await typed(bench, host, `ls -l ${HOOKS}/*.d`);
    const { code, stdout } = await host.vm.run("hookvisor doctor");
    bench.report.note(`# hookvisor doctor\n${stdout.trim()}\n(exit ${code})`);
    assert.equal(code, 0, stdout);
  });
}

/** The package is upgraded while a guest runs and hooks are called, then removed and purged. Nothing was denied. */
export async function upgraded(bench: Bench, host: Host): Promise<void> {
  await host.handlers({ "00-calls": LOG_HANDLER.replaceAll("/var/log/hookvisor/e2e", NOTES) });
  await host.vm.file("/root/u1.xml", guest("u1"));
  await bench.check(
    "an upgrade while a guest runs and hooks are called: no call fails or is lost",
    async () => {
      await host.vm.must("virsh -q create /root/u1.xml");
      await host.calls();
      const calling = host.vm.must(`rm -f /run/upgraded; n=0
      while [ ! -e /run/upgraded ] || [ "$n" -lt 20 ]; do
        ${HOOKS}/qemu.d/50-hookvisor called started begin - <<< "$(cat /root/u1.xml)" || exit 1
        n=$((n + 1)); [ ! -e /run/upgraded ] || sleep 0.2
      done; echo $n`);
      // Where the upgrade fails, that is what the report says.
      calling.catch(() => {});
      await typed(bench, host, "dpkg -i /mnt/new.deb");
      await host.vm.must("touch /run/upgraded");
      const n = Number(await calling);
      const calls = (await host.calls()).filter(({ object }) => object === "called");
      bench.report.note(
        `${n} calls while it was upgraded, ${calls.filter(({ restored }) => restored).length} restored`,
      );
      assert.equal(calls.length, n);
      wentWell(calls);
      assert.match(await host.vm.must("dpkg-query -W -f '${Version}' hookvisor"), /-2$/);
      await host.vm.must("virsh -q destroy u1");
    },
  );
  await bench.check(
    "removed: no link of ours and no empty directory is left in libvirt's, guests start",
    async () => {
      await typed(bench, host, "dpkg -r hookvisor");
      assert.equal((await host.vm.must(`find ${HOOKS} -mindepth 1`)).trim(), "");
      await host.vm.must("virsh -q create /root/u1.xml && virsh -q destroy u1");
    },
  );
  await bench.check("nothing was denied since the last boot", async () => {
    assert.deepEqual(await host.denials(), []);
  });
  await bench.check("purged: configuration and records are gone", async () => {
    assert.doesNotMatch(await typed(bench, host, "dpkg -P hookvisor"), /warning/);
    const left =
      "ls -d /etc/hookvisor /var/log/hookvisor /run/hookvisor /var/lib/hookvisor 2> /dev/null || true";
    assert.equal((await host.vm.must(left)).trim(), "");
    if (host.security === "selinux") await withoutAgain(host);
    assert.equal(
      (await host.vm.must("find / -xdev -name '*hookvisor*' -not -path '/proc/*' -not -path '*-test*'"))
        .trim(),
      "",
    );
  });
}
