import assert from "node:assert/strict";
import { handler } from "../../e2e/handlers.ts";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import { CONFIG, type Host } from "../host.ts";
import { wentWell } from "../play.ts";

const WATCH = "hookvisor-watch.service";
const DROP_IN = `/run/systemd/system/${WATCH}.d`;

/** The service for events, under systemd. */
export async function watch(bench: Bench, host: Host): Promise<void> {
  await host.vm.must(`rm -f ${CONFIG}`);
  await host.vm.file("/root/s1.xml", guest("s1"));
  const show = async (property: string) =>
    (await host.vm.must(`systemctl show -P ${property} ${WATCH}`)).trim();
  await host.handlers({
    "10-events": handler({ on: 'qemu/paused", "qemu/resumed', body: "host.log.info(event.reason);" }),
  });
  await bench.check(
    "hookvisor-watch is off until it is enabled; then events reach their handler",
    async () => {
      assert.equal((await host.vm.run(`systemctl is-enabled ${WATCH}`)).stdout.trim(), "disabled");
      assert.match((await host.vm.run("hookvisor doctor")).stdout, /hookvisor watch does not run/);
      // Type=notify: this ends when it is ready.
      await host.vm.must(`virsh -q create /root/s1.xml && systemctl -q enable --now ${WATCH}`);
      assert.deepEqual([await show("ActiveState"), await show("WatchdogUSec")], ["active", "3min"]);
      assert.match((await host.vm.run("hookvisor doctor")).stdout, /hookvisor watch is running/);
      await host.vm.until("it is connected", `journalctl -q -u ${WATCH} | grep -q ": connected"`);
      await host.calls();
      await host.vm.must("virsh -q suspend s1");
      wentWell(await host.callsUntil("qemu/paused", "s1"));
    },
  );
  await bench.check("it outlives a restart of libvirtd, and the next event reaches the handler", async () => {
    const pid = await show("MainPID");
    await host.vm.must("systemctl restart libvirtd && virsh -q resume s1");
    wentWell(await host.callsUntil("qemu/resumed", "s1"));
    assert.deepEqual([await show("MainPID"), await show("NRestarts")], [pid, "0"]);
  });
  await bench.check("its signs of life reach systemd; stopped, it is started anew", async () => {
    await host.vm.file(`${DROP_IN}/watchdog.conf`, "[Service]\nWatchdogSec=20s\n");
    await host.vm.must(`systemctl daemon-reload && systemctl restart ${WATCH} && sleep 45`);
    assert.deepEqual([await show("ActiveState"), await show("NRestarts")], ["active", "0"]);
    await host.vm.must(`kill -STOP $(systemctl show -P MainPID ${WATCH})`);
    await host.vm.until(
      "systemd starts it anew",
      `[ $(systemctl show -P NRestarts ${WATCH}) = 1 ] && systemctl is-active ${WATCH}`,
    );
  });
  await host.vm.must(`virsh -q destroy s1; rm -r ${DROP_IN}
    systemctl daemon-reload && systemctl -q disable --now ${WATCH}`);
  await host.calls();
}
