import assert from "node:assert/strict";
import { LOG_HANDLER } from "../../e2e/calls.ts";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import { nic } from "../../e2e/guests.ts";
import { CONFIG, type Host, NOTES } from "../host.ts";
import { defineLife, nameOf, wentWell } from "../play.ts";
import { FIREWALL, SETTINGS, settings } from "./recipes.ts";

const DAEMON_MS = 5000;

/** A power cut with a guest that runs, then a shutdown with libvirt-guests. */
export async function reboot(bench: Bench, host: Host): Promise<void> {
  await host.vm.must(`rm -f ${CONFIG}`);
  await host.handlers({
    "00-calls": LOG_HANDLER.replaceAll("/var/log/hookvisor/e2e", NOTES),
    "20-firewall": FIREWALL,
    "30-settings": SETTINGS,
  });
  await defineLife(host);
  await host.vm.file("/root/auto.xml", guest("auto", nic("net1")));
  await host.vm.file("/root/once.xml", guest("once"));
  await host.vm.must("virsh -q define /root/auto.xml && virsh -q define /root/once.xml");
  await host.vm.must("virsh -q autostart auto && virsh -q net-autostart net1");
  const before = await settings(host);

  await bench.check("a power cut: the host comes up, autostarted guests and networks with it", async () => {
    await host.vm.must("virsh -q start once && sync");
    await host.calls();
    await host.vm.must("sync");
    await host.vm.cutPower();
    await host.vm.until("auto runs", "virsh -q domstate auto | grep -q running");
    await host.recorded("qemu/started", "auto");
  });
  await afterBoot(bench, host, ["qemu/prepare auto", "qemu/start auto", "qemu/started auto"]);
  await bench.check(
    "nothing is held from before: the guest that is gone holds nothing, the other what it set",
    async () => {
      const held = await host.vm.must("hookvisor undo --list");
      assert.doesNotMatch(held, /once/);
      assert.match(held, /auto/);
      assert.equal((await settings(host)).tables, "table inet guest_auto");
      await host.vm.must("virsh -q destroy auto");
      await host.callsUntil("qemu/release", "auto");
      const now = await settings(host);
      assert.deepEqual({ ...now, forward: "" }, { ...before, forward: "" });
    },
  );
  await suspend(bench, host);
}

async function suspend(bench: Bench, host: Host): Promise<void> {
  // Debian's policy for SELinux lets libvirtd not run the program by which it saves a guest. systemd ends the guests
  // then, and libvirtd while it sees to their ends: which hooks it still calls is a matter of luck.
  const saves = host.security === "apparmor";
  const what = saves
    ? "suspended, restored at boot"
    : "not suspended, as the policy lets no guest be saved; started at boot";
  await bench.check(
    `a shutdown with libvirt-guests: ${what}, the right calls`,
    async () => {
      await host.vm.file("/etc/default/libvirt-guests", "ON_SHUTDOWN=suspend\nON_BOOT=start\n");
      await host.vm.must("virsh -q autostart --disable auto; virsh -q start auto && virsh -q start once");
      await host.calls();
      const seconds = await host.vm.reboot();
      bench.report.note(`the reboot took ${seconds.toFixed(0)} s`);
      await host.vm.until("both run", "[ $(virsh -q list --name | grep -c -e auto -e once) = 2 ]");
      for (const name of ["auto", "once"]) await host.recorded("qemu/started", name);
      const calls = await host.calls();
      wentWell(calls);
      for (const name of ["auto", "once"]) {
        const seen = calls.filter((call) => call.driver === "qemu" && call.object === name).map((c) =>
          c.operation
        );
        const begins = ["prepare", "start", "started"];
        if (saves) assert.deepEqual(seen, ["stopped", "release", "restore", ...begins], name);
        else assert.match(seen.join(" "), /^(stopped (release )?)?prepare start started$/, name);
      }
      const daemon = calls.filter((call) => call.driver === "daemon").map((call) => call.operation);
      if (saves) assert.deepEqual(daemon, ["shutdown", "start"]);
      else {
        assert.equal(daemon.at(-1), "start");
        assert.match(
          await host.vm.must("journalctl --no-pager -q -b -1 -u libvirtd"),
          /cannot execute binary .*libvirt_iohelper: Permission denied/,
        );
      }
    },
  );
  await afterBoot(bench, host, []);
  await host.vm.must(
    "virsh -q destroy auto; virsh -q destroy once; virsh -q undefine auto; virsh -q undefine once",
  );
  await host.calls();
}

/** What holds after each boot. */
async function afterBoot(bench: Bench, host: Host, expected: string[]): Promise<void> {
  await bench.check("the daemon's first call ran its handlers in its 5 s", async () => {
    const calls = await host.callsOfBoot();
    const [first] = calls;
    assert.equal(`${first?.driver}/${first?.operation}`, "daemon/start");
    bench.report.note(`it took ${first!.ms} ms`);
    assert.ok(first!.ms < DAEMON_MS, `${first!.ms} ms`);
    assert.deepEqual(first!.handlers.map(({ name, outcome }) => `${name} ${outcome}`), ["00-calls success"]);
    wentWell(calls);
    const names = calls.map(nameOf);
    for (const name of expected) assert.ok(names.includes(name), `${name} is not among ${names.join(", ")}`);
  });
  await bench.check("the checkpoint is taken anew, and calls start from it", async () => {
    await host.vm.until("there is one", "hookvisor checkpoint --show | grep -q taken");
    await host.vm.until(
      "a call was restored",
      "systemctl reload libvirtd; sleep 1; tail -n 3 /var/log/hookvisor/events.jsonl | grep -q restored",
    );
  });
  await bench.check("nothing was denied in this boot", async () => {
    assert.deepEqual(await host.denials(), []);
  });
}
