import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { LOG_HANDLER, matches, summarise } from "../calls.ts";
import { container, guest, network, nic } from "../guests.ts";
import { handler, MAY_NOTE, NOTES } from "../handlers.ts";
import type { Ended } from "../machine.ts";
import type { Rig } from "../rig.ts";

/** What a failing handler does to a real guest, container and network, and what the user of virsh sees. */
export async function verdicts(bench: Bench): Promise<void> {
  const rig = await bench.rig("rig-v");
  await rig.write("/run/v1.xml", guest("v1"));
  await rig.write("/run/n1.xml", guest("n1", nic("net1")));
  await rig.write("/run/c1.xml", container("c1"));
  await rig.write("/run/net1.xml", network("net1", "virbr71"));
  for (const name of ["v1", "n1"]) await rig.must("define", `/run/${name}.xml`);
  await rig.must("net-define", "/run/net1.xml");
  await rig.mustLxc("define", "/run/c1.xml");

  await aborts(bench, rig);
  await ignored(bench, rig);
  await broken(bench, rig);
}

async function aborts(bench: Bench, rig: Rig): Promise<void> {
  await bench.check("qemu: a handler aborts prepare; virsh start fails and shows its reason", async () => {
    await rig.handlers({ "00-calls": LOG_HANDLER, "20-x": refusing("qemu/prepare") });
    refused(await rig.virsh("start", "v1"), "hookvisor: v1: prepare refused by 20-x: no room for v1");
    assert.equal((await rig.must("domstate", "v1")).trim(), "shut off");
    const seen = summarise(await rig.calls());
    assert.ok(matches(seen, ["qemu v1: prepare stopped release=failed"]), seen.join());
  });
  await bench.check("lxc: the same for a container", async () => {
    await rig.handlers({ "20-x": refusing("lxc/prepare") });
    refused(
      await rig.virshAt("lxc:///system", "start", "c1"),
      "hookvisor: c1: prepare refused by 20-x: no room for c1",
    );
  });
  await bench.check("network: a handler aborts start; net-start fails and shows its reason", async () => {
    await rig.handlers({ "20-x": refusing("network/start") });
    refused(await rig.virsh("net-start", "net1"), "hookvisor: net1: start refused by 20-x: no room for net1");
    assert.doesNotMatch(await rig.must("net-list", "--name"), /net1/);
  });
  await bench.check("network: a handler aborts port-created; the guest does not start", async () => {
    await rig.handlers({ "20-x": refusing("network/port-created") });
    await rig.must("net-start", "net1");
    refused(
      await rig.virsh("start", "n1"),
      "hookvisor: net1: port-created refused by 20-x: no room for net1",
    );
    assert.equal((await rig.must("domstate", "n1")).trim(), "shut off");
    await rig.must("net-destroy", "net1");
  });
}

async function ignored(bench: Bench, rig: Rig): Promise<void> {
  await bench.check(
    "reconnect: a handler fails, another hangs; the guest runs on over a daemon restart",
    async () => {
      const [fails, hangs] = [`${NOTES}/fails`, `${NOTES}/hangs`];
      await rig.handlers({
        "20-hang": handler({
          on: "qemu/reconnect",
          timeout: "1s",
          allow: [MAY_NOTE],
          body: `await host.fs.append("${hangs}", event.name); for (;;);`,
        }),
        "20-x": handler({
          on: "qemu/reconnect",
          allow: [MAY_NOTE],
          body: `await host.fs.append("${fails}", event.name); host.fail("broken");`,
        }),
      });
      await rig.must("start", "v1");
      const before = await rig.read("/run/libvirt/qemu/v1.pid");
      await rig.restartDaemon();
      await rig.until(
        "both handlers ran",
        async () => (await rig.read(fails)) + (await rig.read(hangs)) === "v1v1",
      );
      // The hook's answer comes after the handlers; libvirt's own action on it would follow at once.
      await rig.until("libvirt has its answer", async () => (await rig.virsh("domstate", "v1")).code === 0);
      assert.equal((await rig.must("domstate", "v1")).trim(), "running");
      assert.equal(await rig.read("/run/libvirt/qemu/v1.pid"), before);
      await rig.must("destroy", "v1");
    },
  );
  await bench.check("started, stopped and release: handlers fail, the guest starts and stops", async () => {
    await rig.handlers({
      "20-a": refusing("qemu/started"),
      "20-b": refusing("qemu/stopped"),
      "20-c": refusing("qemu/release"),
    });
    await rig.must("start", "v1");
    assert.equal((await rig.must("domstate", "v1")).trim(), "running");
    await rig.must("destroy", "v1");
    assert.equal((await rig.must("domstate", "v1")).trim(), "shut off");
  });
  await bench.check("restore: a handler fails, the managed save is not lost", async () => {
    await rig.handlers({ "20-x": refusing("qemu/restore") });
    await rig.must("start", "v1");
    await rig.must("managedsave", "v1");
    await rig.must("start", "v1");
    assert.equal((await rig.must("domstate", "v1")).trim(), "running");
    await rig.must("destroy", "v1");
  });
}

async function broken(bench: Bench, rig: Rig): Promise<void> {
  await bench.check(
    "a misspelt key: prepare is refused with file, line and column; a running guest stops",
    async () => {
      await rig.handlers({});
      await rig.must("start", "v1");
      const text = refusing("qemu/*").replace("on:", "descripton: x\n// on:");
      await rig.handlers({ "20-x": text });
      await rig.must("destroy", "v1");
      refused(await rig.virsh("start", "v1"), /20-x\.js:2:4.*description/);
    },
  );
  await bench.check("a handler others can write to is refused, and says so", async () => {
    await rig.handlers({ "20-x": handler({ on: "qemu/prepare", body: "" }) });
    await Deno.chmod(rig.path("/etc/hookvisor/handlers/20-x.js"), 0o666);
    refused(await rig.virsh("start", "v1"), /20-x\.js.*writ/);
    await Deno.chmod(rig.path("/etc/hookvisor/handlers/20-x.js"), 0o644);
    await rig.must("start", "v1");
    await rig.must("destroy", "v1");
  });
}

function refusing(on: string): string {
  return handler({ on, body: "host.fail(`no room for ${event.name}`);" });
}

/** virsh failed and its message holds hookvisor's line, once. */
function refused(ended: Ended, line: string | RegExp): void {
  assert.notEqual(ended.code, 0, "virsh reported success");
  if (typeof line === "string") assert.ok(ended.stderr.includes(line), ended.stderr);
  else assert.match(ended.stderr, line);
  assert.equal(ended.stderr.split("hookvisor: ").length, 2, `more than one line of ours:\n${ended.stderr}`);
}
