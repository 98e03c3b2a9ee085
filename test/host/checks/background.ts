import assert from "node:assert/strict";
import { handler } from "../../e2e/handlers.ts";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import { type Host, NOTES } from "../host.ts";

const SLOW = handler({
  on: "qemu/started",
  mode: "background",
  allow: [`write: [${NOTES}/**]`],
  body: `await host.fs.append("${NOTES}/background", "begins\\n");
  await host.sleep(20000);
  await host.fs.append("${NOTES}/background", "ends\\n");`,
});

/** A handler in the background while systemd restarts the daemon that called it. */
export async function background(bench: Bench, host: Host): Promise<void> {
  await host.handlers({ "10-slow": SLOW });
  await host.vm.file("/root/b1.xml", guest("b1"));
  await host.vm.must(`mkdir -p ${NOTES}`);
  const begin = async () => {
    await host.calls();
    await host.vm.must(`rm -f ${NOTES}/background; virsh -q create /root/b1.xml`);
    await host.vm.until("it has begun", `grep -q begins ${NOTES}/background`);
  };
  await bench.check("systemctl restart libvirtd (KillMode=process): it runs to its end", async () => {
    await begin();
    const restarted = await host.vm.must("systemctl restart libvirtd && systemctl is-active libvirtd");
    assert.equal(restarted.trim(), "active");
    assert.doesNotMatch(await host.vm.must(`cat ${NOTES}/background`), /ends/, "it ended before the restart");
    assert.match(
      await host.vm.must("journalctl --sync; journalctl -q --no-pager -b -u libvirtd"),
      /Unit process \d+ \(hookvisor\) remains running after unit stopped/,
    );
    // Its record comes after what it did.
    await host.vm.until("it has ended", `grep -q ends ${NOTES}/background && ! pgrep -x hookvisor`, 60_000);
    const ours = await ofBackground(host);
    assert.deepEqual(ours.map(({ outcome }) => outcome), ["success"]);
  });
  await host.vm.must("virsh -q destroy b1");
  await bench.check("with KillMode=control-group it is killed, and that is on record", async () => {
    await host.vm.must(`mkdir -p /run/systemd/system/libvirtd.service.d
      printf '[Service]\\nKillMode=control-group\\n' > /run/systemd/system/libvirtd.service.d/kill.conf
      systemctl daemon-reload`);
    try {
      await begin();
      await host.vm.must("systemctl restart libvirtd");
    } finally {
      await host.vm.must("rm -r /run/systemd/system/libvirtd.service.d && systemctl daemon-reload");
    }
    await host.vm.must("sleep 25; virsh -q destroy b1");
    assert.doesNotMatch(await host.vm.must(`cat ${NOTES}/background`), /ends/);
    const ours = await ofBackground(host);
    assert.equal(ours.length, 1, JSON.stringify(ours));
    assert.notEqual(ours[0]!.outcome, "success");
    bench.report.note(JSON.stringify(ours[0]));
  });
}

/** How the background handler ended, by the records of its own. */
async function ofBackground(host: Host) {
  const calls = await host.calls();
  return calls.filter((call) => "background" in call).flatMap(({ handlers }) => handlers);
}
