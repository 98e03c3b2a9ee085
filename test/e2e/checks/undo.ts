import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import { handler } from "../handlers.ts";
import type { Rig } from "../rig.ts";
import { killDaemon, killGuest } from "./kill.ts";

const CPU = "/sys/devices/system/cpu";
const GOVERNOR = (cpu: number) => `${CPU}/cpu${cpu}/cpufreq/scaling_governor`;
const OLD = ["powersave\n", "schedutil\n"];

/** What a guest changed on the host comes back, whoever dies. */
export async function undo(bench: Bench): Promise<void> {
  const rig = await bench.rig("rig-u");
  for (const name of ["v1", "v2"]) {
    await rig.write(`/run/${name}.xml`, guest(name));
    await rig.must("define", `/run/${name}.xml`);
  }
  await fakeGovernors(rig);
  await rig.handlers({
    "10-governor": handler({
      on: "qemu/prepare",
      allow: [`write: [${CPU}/cpu*/cpufreq/scaling_governor]`],
      body: `await host.fs.set("${CPU}/cpu*/cpufreq/scaling_governor", "performance");`,
    }),
  });

  await bench.check(
    "a guest's governors are set while it runs, and come back when it is destroyed",
    async () => {
      await rig.must("start", "v1");
      assert.deepEqual(await governors(rig), ["performance", "performance"]);
      await rig.must("destroy", "v1");
      assert.deepEqual(await governors(rig), OLD);
    },
  );
  await bench.check("an aborted start leaves nothing behind", async () => {
    await rig.must("start", "v2");
    await rig.must("destroy", "v2");
    const refusing = handler({ on: "qemu/prepare", body: `host.fail("no");` });
    await rig.write("/etc/hookvisor/handlers/20-fail.js", refusing);
    assert.notEqual((await rig.virsh("start", "v1")).code, 0);
    assert.deepEqual(await governors(rig), OLD);
    await Deno.remove(rig.path("/etc/hookvisor/handlers/20-fail.js"));
  });
  await bench.check(
    "libvirtd and the guest are killed; after the daemon's start the old values are back",
    async () => {
      await rig.must("start", "v1");
      assert.deepEqual(await governors(rig), ["performance", "performance"]);
      await killDaemon(rig);
      await killGuest(rig, "v1");
      assert.deepEqual(await governors(rig), ["performance", "performance"]);
      await rig.startDaemon();
      assert.deepEqual(await governors(rig), OLD);
      const record = (await records(rig)).find(({ operation, undone }) =>
        operation === "start" && undone !== undefined
      );
      assert.equal(
        record?.driver,
        "daemon",
        "the daemon's start brought them back, before anything else could",
      );
      assert.equal(record?.undone?.length, 2);
    },
  );
  await bench.check(
    "the same while another guest runs: the values stay until that one goes too",
    async () => {
      await rig.must("start", "v1");
      await rig.must("start", "v2");
      await killDaemon(rig);
      await killGuest(rig, "v1");
      await rig.startDaemon();
      assert.equal((await rig.must("domstate", "v2")).trim(), "running");
      assert.deepEqual(await governors(rig), ["performance", "performance"]);
      await rig.must("destroy", "v2");
      assert.deepEqual(await governors(rig), OLD);
    },
  );
}

/** A copy of what the kernel shows of its processors, with governors, where the kernel's own would be. */
async function fakeGovernors(rig: Rig): Promise<void> {
  const files = OLD.map((value, cpu) =>
    `mkdir -p /run/cpu/cpu${cpu}/cpufreq; printf '${value.trim()}\\n' > /run/cpu/cpu${cpu}/cpufreq/scaling_governor`
  );
  const script = `cp -a ${CPU} /run/cpu 2> /dev/null; ${files.join("; ")}; mount --bind /run/cpu ${CPU}`;
  const { code, stderr } = await rig.run(["sh", "-c", script]);
  assert.equal(code, 0, stderr);
}

async function governors(rig: Rig): Promise<string[]> {
  return [await rig.read(GOVERNOR(0)), await rig.read(GOVERNOR(1))];
}

interface Told {
  driver: string;
  operation: string;
  undone?: unknown[];
}

async function records(rig: Rig): Promise<Told[]> {
  const lines = (await rig.read("/var/log/hookvisor/events.jsonl")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Told);
}
