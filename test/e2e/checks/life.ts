import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { LOG_HANDLER } from "../calls.ts";
import { container, guest, network, nic } from "../guests.ts";
import type { Rig } from "../rig.ts";
import { readEvents } from "./events.ts";
import { Steps } from "./steps.ts";

/** What libvirt can be made to call without Xen and FreeBSD; the rest is in recorded.ts. */
const OPERATIONS = [
  "daemon: reload shutdown start",
  "lxc: prepare reconnect release start started stopped",
  "network: port-created port-deleted start started stopped updated",
  "qemu: migrate prepare reconnect release restore start started stopped",
].flatMap((line) => line.split(": ")[1]!.split(" ").map((word) => `${line.split(":")[0]}/${word}`));

const ON = "prepare start started";

/** Every operation this machine can make libvirt call, on two daemons joined by a cable. */
export async function life(bench: Bench): Promise<void> {
  const a = await bench.rig("rig-a", { peer: 1, idle: true });
  const b = await bench.rig("rig-b", { peer: 2, idle: true });
  await a.link(b);
  for (const rig of [a, b]) await rig.handlers({ "00-calls": LOG_HANDLER });
  const steps = new Steps(bench, [a, b]);

  await steps.step("daemon start, two of them", () => Promise.all([a.startDaemon(), b.startDaemon()]), {
    "rig-a": ["daemon -: start"],
    "rig-b": ["daemon -: start"],
  });
  await guests(steps, a);
  await migrations(steps, a, b);
  await networks(steps, a);
  await containers(steps, a);
  await steps.step("daemon shutdown", () => Promise.all([a.stopDaemon(), b.stopDaemon()]), {
    "rig-a": ["daemon -: shutdown"],
    "rig-b": ["daemon -: shutdown"],
  });

  const counts = await steps.operations();
  await bench.check(`all ${OPERATIONS.length} operations were called, and no other`, () => {
    assert.deepEqual([...counts.keys()], OPERATIONS);
    return Promise.resolve();
  });
  bench.report.note([...counts].map(([name, count]) => `${name} ${count}`).join(", "));
  await bench.check("each call left a record of success and no call failed", async () => {
    for (const rig of [a, b]) {
      const events = await readEvents(rig);
      assert.deepEqual(events.filter((e) => e.exitCode !== 0 || e.verdict !== "success"), []);
      const calls = (await rig.calls()).length;
      assert.ok(calls > 0, "no call was seen");
      assert.equal(events.length, calls);
      assert.deepEqual(await rig.hookFailures(), []);
    }
  });
}

async function guests(steps: Steps, a: Rig): Promise<void> {
  await a.write("/run/v1.xml", guest("v1"));
  await steps.step("qemu: define and start", async () => {
    await a.must("define", "/run/v1.xml");
    await a.must("start", "v1");
  }, { "rig-a": [`qemu v1: ${ON}`] });
  await steps.step("daemon reload with a running guest", () => a.signalDaemon("HUP"), {
    "rig-a": ["daemon -: reload"],
  });
  await steps.step("daemon restart: the running guest is taken up again", () => a.restartDaemon(), {
    "rig-a": ["daemon -: shutdown start", "qemu v1: reconnect"],
  });
  await steps.step("qemu: destroy", () => a.must("destroy", "v1"), {
    "rig-a": ["qemu v1: stopped release=destroyed"],
  });
  await steps.step("qemu: managed save", async () => {
    await a.must("start", "v1");
    await a.must("managedsave", "v1");
  }, { "rig-a": [`qemu v1: ${ON} stopped release=saved`] });
  await steps.step("qemu: start from the managed save", () => a.must("start", "v1"), {
    "rig-a": [`qemu v1: restore ${ON}`],
  });
  await steps.step("qemu: save to a file and restore from it", async () => {
    await a.must("save", "v1", "/run/v1.save");
    await a.must("restore", "/run/v1.save");
  }, { "rig-a": [`qemu v1: stopped release=saved restore ${ON}`] });
  await steps.step("qemu: its process is killed", () => a.run(["pkill", "-KILL", "-f", "guest=v1"]), {
    "rig-a": ["qemu v1: stopped release=crashed"],
  });
}

async function migrations(steps: Steps, a: Rig, b: Rig): Promise<void> {
  await steps.step("migrate: live, to the other daemon", async () => {
    await a.must("start", "v1");
    await a.must("migrate", "--live", "v1", `qemu+tcp://${b.address}/system`);
  }, {
    "rig-a": [`qemu v1: ${ON} stopped release=migrated`],
    "rig-b": [`qemu v1: migrate ${ON}`],
  });
  await steps.step("migrate: live, back, peer to peer", async () => {
    await b.must("migrate", "--live", "--p2p", "v1", `qemu+tcp://${a.address}/system`);
    await a.must("destroy", "v1");
  }, {
    "rig-a": [`qemu v1: migrate ${ON} stopped release=destroyed`],
    "rig-b": ["qemu v1: stopped release=migrated"],
  });
}

async function networks(steps: Steps, a: Rig): Promise<void> {
  await a.write("/run/net1.xml", network("net1", "virbr71"));
  await a.write("/run/n1.xml", guest("n1", nic("net1")));
  await a.write(
    "/run/port.xml",
    `<networkport><uuid>9a1a1b1c-0000-4000-8000-000000000002</uuid>
     <owner><name>me</name><uuid>9a1a1b1c-0000-4000-8000-000000000001</uuid></owner>
     <mac address='52:54:00:00:00:71'/></networkport>`,
  );
  await steps.step("network: define and start", async () => {
    await a.must("net-define", "/run/net1.xml");
    await a.must("net-start", "net1");
  }, { "rig-a": ["network net1: start started"] });
  await steps.step("network: update of the running network", async () => {
    const host = "<host ip='192.168.71.50'><hostname>h50</hostname></host>";
    await a.must("net-update", "net1", "add", "dns-host", host, "--live");
  }, { "rig-a": ["network net1: updated"] });
  await steps.step("network: a port made and deleted by hand", async () => {
    await a.must("net-port-create", "net1", "/run/port.xml");
    await a.must("net-port-delete", "net1", "9a1a1b1c-0000-4000-8000-000000000002");
  }, { "rig-a": ["network net1: port-created port-deleted"] });
  await steps.step("network: a guest with an interface starts", async () => {
    await a.must("define", "/run/n1.xml");
    await a.must("start", "n1");
  }, { "rig-a": [`qemu n1: ${ON}`, "network net1: port-created"] });
  await steps.step("daemon restart with a guest on a network", () => a.restartDaemon(), {
    "rig-a": ["daemon -: shutdown start", "qemu n1: reconnect", "network net1: port-created"],
  });
  await steps.step("network: the guest goes, then the network", async () => {
    await a.must("destroy", "n1");
    await a.must("net-destroy", "net1");
  }, { "rig-a": ["qemu n1: stopped release=destroyed", "network net1: port-deleted stopped"] });
}

async function containers(steps: Steps, a: Rig): Promise<void> {
  await a.write("/run/c1.xml", container("c1"));
  await steps.step("lxc: define and start", async () => {
    await a.mustLxc("define", "/run/c1.xml");
    await a.mustLxc("start", "c1");
  }, { "rig-a": [`lxc c1: ${ON}`] });
  await steps.step("daemon restart with a running container", () => a.restartDaemon(), {
    "rig-a": ["daemon -: shutdown start", "lxc c1: reconnect"],
  });
  await steps.step("lxc: destroy", () => a.mustLxc("destroy", "c1"), {
    "rig-a": ["lxc c1: stopped release=destroyed"],
  });
}
