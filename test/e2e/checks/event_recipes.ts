import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { panic, writeSecondDisk } from "../boot_sector.ts";
import { disk, GUEST, PANIC, SECTORS_OF_A_SMALL_DISK, startGuest, writeGuest } from "../booting_guest.ts";
import type { Rig } from "../rig.ts";
import { type Event, readEvents } from "./events.ts";

const RECIPES = {
  "20-again": "restart-after-crash",
  "30-dump": "crash-dump",
  "40-full": "pause-on-enospc-notify",
  "50-tell": "notify",
};
/** As much as the memory of one guest. */
const CONFIG = "options:\n  20-again: {starts: 2}\n  30-dump: {quotaMiB: 32}\n";
const DUMPS = "/var/lib/libvirt/qemu/dump";

/** The recipes for events, all at once, for real guests. `/run/full` is a file system without room. */
export async function eventRecipes(bench: Bench, rig: Rig): Promise<void> {
  for (const [name, recipe] of Object.entries(RECIPES)) {
    const { code, stderr } = await rig.run(["hookvisor", "new", name, "--recipe", recipe]);
    assert.equal(code, 0, stderr);
  }
  await rig.write("/etc/hookvisor/config.yaml", CONFIG);

  await bench.check("restart-after-crash starts a guest again, as often as it is to", async () => {
    await restarts(rig);
    const { stdout } = await rig.run(["hookvisor", "history", "--guest", "again"]);
    bench.report.note(stdout.trim());
  });
  await bench.check("notify tells of each of these crashes", async () => {
    await rig.until("all three", async () => (await lines(rig, "50-tell", "again")).length >= 3);
    const crash = "again: crashed, reason panicked, onCrash destroy";
    assert.deepEqual(await lines(rig, "50-tell", "again"), [crash, crash, crash]);
  });
  await bench.check(
    "crash-dump keeps the memory of the latest panics that its quota has room for",
    () => dumps(rig),
  );
  await bench.check("pause-on-enospc-notify pauses a guest that QEMU lets go on, and says so", async () => {
    // Otherwise QEMU does not say that the disk is full (blk_iostatus_is_enabled).
    const policies = "error_policy='report' rerror_policy='stop'";
    const devices = disk("hdb", "/run/full/disk.img", policies);
    await startGuest(rig, { name: "full", code: [writeSecondDisk(SECTORS_OF_A_SMALL_DISK - 1)], devices });
    await rig.until("it said so", async () => (await lines(rig, "40-full", "full")).length > 0, 60_000);
    assert.deepEqual(await lines(rig, "40-full", "full"), [
      "full is paused: no space left for hdb in /run/full/disk.img",
    ]);
    assert.equal((await rig.must("domstate", "full", "--reason")).trim(), "paused (user)");
    await rig.must("destroy", "full");
  });
}

/** A guest that panics at every boot: started again twice, then left off. */
async function restarts(rig: Rig): Promise<void> {
  await writeGuest(rig, {
    name: "again",
    code: [panic(1)],
    devices: PANIC,
    top: "<on_crash>destroy</on_crash>",
  });
  await rig.must("define", GUEST);
  await rig.must("start", "again");
  const all = () => entries(rig, "20-again", "again");
  await rig.until("the third crash was the last", async () => (await all()).length === 3, 60_000);
  const [first, second, third] = await all();
  assert.deepEqual([first?.outcome, second?.outcome, third?.outcome], ["success", "success", "fail"]);
  assert.match(String(third?.message), /^crashed again after 2 starts in 10 minutes: it is left off/);
  assert.equal((await rig.must("domstate", "again")).trim(), "shut off");
}

/** Two panics, and a third while the quota is too small for any. */
async function dumps(rig: Rig): Promise<void> {
  const all = () => entries(rig, "30-dump", "dumped");
  const panics = async (times: number) => {
    const top = "<on_crash>preserve</on_crash>";
    await startGuest(rig, { name: "dumped", code: [panic(1)], devices: PANIC, top });
    await rig.until(`dump ${times} has ended`, async () => (await all()).length === times, 60_000);
    await rig.must("destroy", "dumped");
    const { stdout } = await rig.run(["sh", "-c", `ls ${DUMPS}/*.kdump`]);
    return stdout.trim().split("\n");
  };
  const [first = "", ...others] = await panics(1);
  assert.deepEqual(others, []);
  // The flattened form, which crash(8) reads.
  assert.equal((await rig.read(first)).slice(0, 12), "makedumpfile");
  const [second = "", ...more] = await panics(2);
  assert.deepEqual(more, [], "the first was removed");
  assert.notEqual(second, first);
  await rig.write("/etc/hookvisor/config.yaml", CONFIG.replace("quotaMiB: 32", "quotaMiB: 31"));
  assert.deepEqual(await panics(3), [second]);
  const last = (await all()).at(-1);
  assert.match(`${last?.outcome}: ${last?.message}`, /^fail: 32 MiB of memory are more than the whole quota/);
}

/** The ends of a handler's runs for a guest, oldest first. */
async function entries(rig: Rig, handler: string, guest: string): Promise<Event["handlers"]> {
  return (await readEvents(rig)).filter(({ object }) => object === guest)
    .flatMap(({ handlers }) => handlers.filter(({ name, background }) => name === handler && !background));
}

/** What a handler had `logger` write about a guest, oldest first. */
async function lines(rig: Rig, handler: string, guest: string): Promise<string[]> {
  return (await entries(rig, handler, guest)).flatMap(({ calls }) => calls)
    .filter(({ what, code }) => what.startsWith("logger ") && code === 0)
    .map(({ what }) => what.slice(what.indexOf(" -- ") + 4).replaceAll("'", ""));
}
