import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import { LOG_HANDLER, summarise } from "../calls.ts";
import { guest } from "../guests.ts";
import { handler, MAY_NOTE, NOTES } from "../handlers.ts";
import type { Rig } from "../rig.ts";
import { fileOfProgram, HAS_CHECKPOINTS, taken } from "../starts.ts";
import { readEvents } from "./events.ts";
import { killDaemon, killGuest } from "./kill.ts";
import { replaced } from "./replaced.ts";
import { deeds, RestoredCalls, usualMs } from "./restored_calls.ts";
import { pause } from "./steps.ts";

const VALUE = `${NOTES}/value`;
const OLD = "old\n";
const NEW = "while a guest runs\n";
const MANY = Array.from({ length: 10 }, (_, i) => `g${i}`);

/** A handler that looks at the domain, one whose change has to come back, and one that runs a command. */
const HANDLERS = {
  "00-calls": LOG_HANDLER.replace("*/*", "qemu/*"),
  "10-look": handler({
    on: "qemu/*",
    allow: [MAY_NOTE],
    body: `await host.fs.append("${NOTES}/looked", \`\${event.operation} \${event.domain.memoryKiB}\\n\`);`,
  }),
  "20-set": handler({
    on: "qemu/prepare",
    allow: [`write: [${VALUE}]`],
    body: `await host.fs.set("${VALUE}", ${JSON.stringify(NEW)});`,
  }),
  "30-exec": handler({
    on: "qemu/started",
    allow: ["exec: ['printf %s ...']", MAY_NOTE],
    body: `const { stdout } = await host.exec("printf", ["%s", event.name]);
  await host.fs.append("${NOTES}/printed", stdout);`,
  }),
};

/** Counts the starts of all guests, which only the lock makes right. */
const COUNT = handler({
  on: "qemu/prepare",
  allow: [MAY_NOTE],
  body: `await host.lock("count", async () => {
    const count = (await host.state.host.get("count") ?? 0) + 1;
    await host.state.host.set("count", count);
    await host.fs.write("${NOTES}/count", String(count));
  });`,
});

/** Everything that matters of a hook call, from a checkpoint that the program has taken by itself. */
export async function checkpoint(bench: Bench): Promise<void> {
  if (!HAS_CHECKPOINTS) return bench.report.note("there are none on this processor");
  const plain = await bench.rig("rig-p", { peer: 5, starts: "plain" });
  const rig = await bench.rig("rig-c", { peer: 6, starts: "unprepared", idle: true });
  await fileOfProgram(rig);
  for (const one of [plain, rig]) {
    await one.handlers(HANDLERS);
    await one.write(VALUE, OLD);
    for (const name of ["v1", "v2", ...MANY]) await one.write(`/run/${name}.xml`, guest(name));
  }
  const calls = new RestoredCalls(rig);

  await bench.check("the daemon's start has one taken, and nobody waits for it", async () => {
    await rig.startDaemon();
    for (const name of ["v1", "v2", ...MANY]) await rig.must("define", `/run/${name}.xml`);
    await rig.must("start", "v1");
    await rig.must("destroy", "v1");
    await taken(rig);
    const events = await calls.next();
    assert.equal(events[0]?.driver, "daemon");
    assert.deepEqual(events.filter(({ verdict }) => verdict !== "success"), []);
  });
  await alike(bench, plain, rig, calls);
  await deadline(bench, rig, calls);
  await killed(bench, rig, calls);
  await many(bench, rig, calls);
  await bench.check("of all these calls only a few started plainly", () => {
    calls.check();
    return Promise.resolve();
  });
  bench.report.note(calls.summary());
  await replaced(bench, rig, calls);
}

async function alike(bench: Bench, plain: Rig, rig: Rig, calls: RestoredCalls): Promise<void> {
  const plainCalls = new RestoredCalls(plain);
  await plain.must("define", "/run/v1.xml");
  await plainCalls.next();
  await bench.check("a guest's life: the same calls with the same deeds as plain ones", async () => {
    const [before, looked] = [(await rig.calls()).length, (await rig.read(`${NOTES}/looked`)).length];
    for (const one of [plain, rig]) await life(one);
    const [events, plainEvents] = [await calls.count(), await plainCalls.next()];
    bench.report.note(`plainly such a call took ${usualMs(plainEvents)} ms, restored ${usualMs(events)} ms`);
    assert.deepEqual(deeds(events), deeds(plainEvents));
    assert.deepEqual(summarise((await rig.calls()).slice(before)), summarise(await plain.calls()));
    assert.equal((await rig.read(`${NOTES}/looked`)).slice(looked), await plain.read(`${NOTES}/looked`));
    assert.equal(events.length, 5 + 6);
  });
  await bench.check("a handler refuses: virsh prints the same", async () => {
    const refusing = handler({ on: "qemu/prepare", body: "host.fail(`no room for ${event.name}`);" });
    for (const one of [plain, rig]) await one.handlers({ ...HANDLERS, "40-x": refusing });
    const [expected, seen] = [await plain.virsh("start", "v1"), await rig.virsh("start", "v1")];
    assert.match(seen.stderr, /hookvisor: v1: prepare refused by 40-x: no room for v1/);
    assert.deepEqual({ ...seen, ms: 0 }, { ...expected, ms: 0 });
    assert.equal(await rig.read(VALUE), OLD);
    assert.deepEqual(deeds(await calls.count()), deeds(await plainCalls.next()));
  });
}

async function life(rig: Rig): Promise<void> {
  await rig.must("start", "v1");
  assert.equal(await rig.read(VALUE), NEW);
  await rig.must("managedsave", "v1");
  assert.equal(await rig.read(VALUE), OLD);
  await rig.must("start", "v1");
  assert.equal(await rig.read(VALUE), NEW);
  await rig.must("destroy", "v1");
  assert.equal(await rig.read(VALUE), OLD);
}

async function deadline(bench: Bench, rig: Rig, calls: RestoredCalls): Promise<void> {
  await bench.check(
    "a handler hangs: it ends at its deadline, another guest comes up meanwhile",
    async () => {
      const hang = handler({ on: "qemu/prepare", guests: "v1", timeout: "5s", body: "for (;;);" });
      await rig.handlers({ ...HANDLERS, "40-hang": hang });
      let returned = false;
      const stuck = rig.virsh("start", "v1").finally(() => returned = true);
      await pause(300);
      await rig.must("start", "v2");
      assert.equal(returned, false, "the other guest came up when the deadline was over");
      const { code, stderr } = await stuck;
      assert.notEqual(code, 0, "the guest started although its handler did not end");
      assert.match(stderr, /hookvisor: v1: prepare refused by 40-hang: /);
      await rig.must("destroy", "v2");
      assert.equal(await rig.read(VALUE), OLD);
      await calls.count();
    },
  );
}

async function killed(bench: Bench, rig: Rig, calls: RestoredCalls): Promise<void> {
  await bench.check(
    "libvirtd and the guest are killed: the daemon's start brings the value back",
    async () => {
      await rig.handlers(HANDLERS);
      await rig.must("start", "v1");
      await calls.count();
      await killDaemon(rig);
      await killGuest(rig, "v1");
      assert.equal(await rig.read(VALUE), NEW);
      await rig.startDaemon();
      assert.equal(await rig.read(VALUE), OLD);
      await rig.until(
        "the guest is off",
        async () => (await rig.must("domstate", "v1")).trim() === "shut off",
      );
      const starts = (await calls.count()).filter((e) => e.driver === "daemon" && e.operation === "start");
      assert.equal(starts.length, rig.daemons.length);
      assert.deepEqual(starts.flatMap(({ undone }) => undone?.length ?? []), [1]);
    },
  );
  await bench.check("hookvisor doctor finds nothing that fails", async () => {
    const { stdout } = await rig.run(["hookvisor", "doctor", "--quiet"]);
    assert.doesNotMatch(stdout, /^fail/m);
  });
}

async function many(bench: Bench, rig: Rig, calls: RestoredCalls): Promise<void> {
  const all = (...words: string[]) => Promise.all(MANY.map((name) => rig.must(...words, name)));
  /** Each guest had each of these calls once, and nothing went wrong. */
  const had = async (operations: string[]) => {
    const events = (await calls.count()).filter(({ driver }) => driver === "qemu");
    assert.deepEqual(events.filter(({ verdict, exitCode }) => verdict !== "success" || exitCode !== 0), []);
    const seen = events.map(({ object, operation }) => `${object} ${operation}`).sort();
    const expected = MANY.flatMap((name) => operations.map((operation) => `${name} ${operation}`)).sort();
    assert.deepEqual(seen, expected);
  };
  await bench.check("ten guests start at once: all run, each call left its record, a lock held", async () => {
    await rig.handlers({ ...HANDLERS, "40-count": COUNT });
    await all("start");
    assert.equal((await rig.must("list", "--name")).trim().split("\n").length, MANY.length);
    await had(["prepare", "start", "started"]);
    assert.equal(await rig.read(`${NOTES}/count`), `${MANY.length}`);
  });
  await bench.check("the daemon starts anew: it takes up all ten at once", async () => {
    await rig.restartDaemon();
    const reconnected = async () => (await readEvents(rig)).filter((e) => e.operation === "reconnect").length;
    await rig.until("ten reconnects", async () => await reconnected() >= MANY.length, 60_000);
    assert.equal((await rig.must("list", "--name")).trim().split("\n").length, MANY.length);
    await had(["reconnect"]);
    assert.equal(await rig.read(VALUE), NEW);
  });
  await bench.check("they are destroyed at once: what they changed comes back with the last", async () => {
    await all("destroy");
    await had(["stopped", "release"]);
    assert.equal(await rig.read(VALUE), OLD);
  });
}
