import assert from "node:assert/strict";
import { LOG_HANDLER } from "../../e2e/calls.ts";
import { handler } from "../../e2e/handlers.ts";
import type { Bench } from "../bench.ts";
import { CONFIG, type Host, NOTES } from "../host.ts";
import { defineLife, playLife } from "../play.ts";

/** A handler that uses what a profile could deny: a program, a file, the kernel's settings. */
export const USES_ALL = handler({
  on: "*/*",
  allow: ["exec: [uname -r]", `write: [${NOTES}/**, /proc/sys/vm/swappiness]`],
  body: `const { stdout } = await host.exec("uname", ["-r"]);
  await host.fs.append("${NOTES}/seen", \`\${event.driver} \${event.operation} \${stdout}\`);
  if (event.operation === "prepare") await host.fs.set("/proc/sys/vm/swappiness", "10");`,
});

const SPLIT = ["virtnetworkd", "virtqemud", "virtproxyd"];

/** Hook calls from libvirtd, then from split daemons, as AppArmor confines them: plain ones and restored ones. */
export async function confined(bench: Bench, host: Host): Promise<void> {
  await host.handlers({
    "00-calls": LOG_HANDLER.replaceAll("/var/log/hookvisor/e2e", NOTES),
    "10-all": USES_ALL,
  });
  await defineLife(host);
  await bench.check("libvirtd runs under its profile, which is enforced", async () => {
    const said = await host.vm.must("cat /proc/$(pidof libvirtd)/attr/current");
    assert.equal(said.trim(), "libvirtd (enforce)");
  });
  await bothWays(bench, host, "libvirtd");
  await bench.check("virtqemud runs under its profile too, in libvirtd's place", async () => {
    await host.vm.must(`set -e
      systemctl -q disable --now libvirtd.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket
      cp -r /opt/split/. /
      apparmor_parser --replace /etc/apparmor.d/usr.sbin.virtqemud
      systemctl daemon-reload
      for daemon in ${SPLIT.join(" ")}; do systemctl start $daemon.socket; done
      virsh -q -c qemu:///system list`);
    assert.equal(
      (await host.vm.must("cat /proc/$(pidof virtqemud)/attr/current")).trim(),
      "virtqemud (enforce)",
    );
    assert.equal((await host.vm.run("pidof libvirtd")).code, 1, "libvirtd runs beside it");
  });
  await bothWays(bench, host, "virtqemud and virtnetworkd");
  await bench.check("and back to libvirtd", async () => {
    await host.vm.must(`set -e
      for daemon in ${SPLIT.join(" ")}; do
        systemctl stop $daemon.socket $daemon-ro.socket $daemon-admin.socket $daemon.service
      done
      systemctl -q enable --now libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service
      virsh -q -c qemu:///system list`);
  });
}

async function bothWays(bench: Bench, host: Host, daemon: string): Promise<void> {
  const swappiness = (await host.vm.must("cat /proc/sys/vm/swappiness")).trim();
  for (const way of ["plain", "restored"] as const) {
    await bench.check(`${daemon}: a network's and a guest's life, ${way}`, async () => {
      await host.vm.file(CONFIG, `checkpoint: ${way === "restored"}\n`);
      await host.vm.must(`hookvisor checkpoint ${way === "restored" ? "" : "--remove"}`);
      const calls = await playLife(host);
      const restored = calls.filter((call) => call.restored).length;
      const ms = calls.map((call) => call.ms).sort((a, b) => a - b);
      bench.report.note(
        `${calls.length} calls, ${restored} restored; ${ms[0]} to ${ms.at(-1)} ms, usually ${
          ms[ms.length >> 1]
        } ms`,
      );
      // A process's own memory may be in the way of the checkpoint's, seldom.
      if (way === "restored") {
        assert.ok(restored >= calls.length - 2, `only ${restored} of ${calls.length} were restored`);
      } else assert.equal(restored, 0);
      assert.equal((await host.vm.must("cat /proc/sys/vm/swappiness")).trim(), swappiness);
    });
  }
  await bench.check(`${daemon}: AppArmor denied nothing`, async () => {
    assert.deepEqual(await host.denials(), []);
  });
}
