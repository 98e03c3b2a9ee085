import assert from "node:assert/strict";
import { Caller, grantOf, shown } from "./support.ts";
import { lockCapabilities } from "../../src/capability/lock.ts";
import { setCapability } from "../../src/capability/set.ts";
import { stateCapabilities } from "../../src/capability/state.ts";
import { sleep } from "../../src/capability/time.ts";
import { undoCapability } from "../../src/capability/undo.ts";
import { runUndoCommand } from "../../src/undo/run_undo_command.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { LazyJournal } from "../../src/undo/lazy_journal.ts";
import { listHeldChanges } from "../../src/undo/held_changes.ts";
import { defaultConfig } from "../../src/site/settings.ts";
import { Loop } from "../../src/system/loop.ts";

const HOLDER = { driver: "qemu", name: "v1", handler: "10-a" };

async function world() {
  const root = Deno.makeTempDirSync();
  const lazyJournal = new LazyJournal(`${root}/run`, () => {});
  await lazyJournal.load();
  Deno.mkdirSync(`${root}/in`);
  const grant = grantOf({ write: [`${root}/in/*`], exec: ["true ...", "false", "sleep *"] });
  return {
    root,
    lazyJournal,
    caller: new Caller(grant),
    [Symbol.dispose]: () => {
      lazyJournal.close();
      Deno.removeSync(root, { recursive: true });
    },
  };
}

Deno.test("fs.set names what it set by real paths, each once, and what the kernel refuses is not held", async () => {
  using at = await world();
  const { root, lazyJournal, caller } = at;
  const set = setCapability(lazyJournal, HOLDER);
  Deno.writeTextFileSync(`${root}/in/a`, "old");
  Deno.symlinkSync("a", `${root}/in/b`);
  assert.equal(shown(await caller.call(set, `${root}/in/*`, 7)), JSON.stringify([`${root}/in/a`]));
  assert.equal(Deno.readTextFileSync(`${root}/in/a`), "7");
  if (Deno.uid() === 0) {
    const kernel = new Caller(grantOf({ write: ["/proc/sys/vm/swappiness"] }));
    assert.match(shown(await kernel.call(set, "/proc/sys/vm/swappiness", "no number")), /^EINVAL/);
  }
  const holds = lazyJournal.journal.transaction(
    caller.deadline,
    (transaction) => listHeldChanges(transaction),
  );
  assert.deepEqual(holds.map(({ what }) => what), [{
    path: `${root}/in/a`,
    original: "old",
    written: "7",
    call: 1,
  }]);
});

Deno.test("undo takes what exec would, and refuses what exec would", async () => {
  using at = await world();
  const undo = undoCapability(at.lazyJournal, HOLDER);
  assert.equal(shown(await at.caller.call(undo, "true", ["x"], { timeout: "1s" })), "null");
  assert.match(shown(await at.caller.call(undo, "rm", ["x"])), /^NotAllowed/);
  assert.match(shown(await at.caller.call(undo, "true", [], { stdin: "x" })), /unknown option "stdin"/);
  const holds = at.lazyJournal.journal.transaction(
    at.caller.deadline,
    (transaction) => listHeldChanges(transaction),
  );
  assert.deepEqual(holds.map(({ what }) => what), [{
    command: "true",
    args: ["x"],
    env: {},
    timeoutMs: 1000,
  }]);
});

Deno.test("runUndoCommand() says why a command failed: its code, its time, the policy, or that it is missing", () => {
  const { policy } = defaultConfig();
  const run = (command: string, args: string[] = [], timeoutMs = 1000, deadlineMs = 5000) => {
    const waiting = { loop: new Loop(), deadline: Deadline.in(deadlineMs) };
    return runUndoCommand({ command, args, env: {}, timeoutMs }, policy, waiting);
  };
  assert.equal(run("true"), undefined);
  assert.equal(run("false"), "exit code 1");
  assert.match(run("ls", ["/none"]) ?? "", /^exit code 2: .*No such file/);
  assert.match(run("sleep", ["20"], 200) ?? "", /did not end within 200 ms/);
  assert.match(run("sleep", ["20"], 20_000, 200) ?? "", /time was over/);
  assert.match(run("no-such-program") ?? "", /no such program/);
});

Deno.test("state answers with values, and says when there is no guest", async () => {
  using at = await world();
  const host = { driver: "", uuid: "", handler: "10-a", name: "", keep: true };
  const table = stateCapabilities(at.lazyJournal, () => "there is no guest here", host);
  const call = async (
    name: string,
    ...args: Parameters<typeof at.caller.call> extends [unknown, ...infer R] ? R : never
  ) => shown(await at.caller.call(table.get(name)!, ...args));
  assert.match(await call("state.get", "k"), /^TypeError host\.state\.get: there is no guest here/);
  assert.equal(await call("state.host.get", "k"), "null");
  assert.equal(await call("state.host.set", "k", { a: [1] }), "null");
  assert.equal(await call("state.host.get", "k"), `{"a":[1]}`);
  assert.equal(await call("state.host.list"), `["k"]`);
  assert.equal(await call("state.host.delete", "k"), "true");
  assert.equal(await call("state.host.delete", "k"), "false");
});

Deno.test("a lock is waited for, freed by its number, and by the end of its handler", async () => {
  using at = await world();
  const first = new Caller(at.caller.grant);
  const mine = lockCapabilities(at.lazyJournal);
  const theirs = lockCapabilities(at.lazyJournal);
  const taken = await first.call(mine.get("lock.take")!, "x");
  const late = new Caller(at.caller.grant, Deadline.in(150));
  assert.match(shown(await late.call(theirs.get("lock.take")!, "x")), /^Unanswered/);
  await first.call(mine.get("lock.free")!, "value" in taken ? taken.value : null);
  const second = new Caller(at.caller.grant);
  const next = lockCapabilities(at.lazyJournal);
  assert.ok("value" in await second.call(next.get("lock.take")!, "x"));
  second.end();
  assert.ok("value" in await first.call(mine.get("lock.take")!, "x"));
  first.end();
  assert.match(shown(await first.call(mine.get("lock.take")!, "")), /^TypeError/);
});

Deno.test("sleep ends at its time, and takes only a time", async () => {
  using at = await world();
  const started = performance.now();
  assert.equal(shown(await at.caller.call(sleep, 50)), "null");
  assert.ok(performance.now() - started >= 49);
  for (const ms of ["5", -1, null]) assert.match(shown(await at.caller.call(sleep, ms)), /^TypeError/);
});
