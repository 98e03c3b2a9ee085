import assert from "node:assert/strict";
import { Caller, grantOf, runningHandler, shown } from "./support.ts";
import { CAPABILITIES } from "../../src/capability/capabilities.ts";
import { fsSet } from "../../src/capability/fs_set.ts";
import { lockFree, lockTake } from "../../src/capability/lock.ts";
import { sleep } from "../../src/capability/sleep.ts";
import { undo } from "../../src/capability/undo.ts";
import { runUndoCommand } from "../../src/undo/run_undo_command.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { listHeldChanges, type UndoCommand } from "../../src/undo/held_changes.ts";
import { defaultConfig } from "../../src/site/settings.ts";
import type { Json } from "../../src/base/json.ts";
import { Loop } from "../../src/system/loop.ts";

async function world() {
  const root = Deno.makeTempDirSync();
  const handler = runningHandler({ state: `${root}/run` });
  const { lazyJournal } = handler;
  await lazyJournal.load();
  Deno.mkdirSync(`${root}/in`);
  const grant = grantOf({ write: [`${root}/in/*`], exec: ["true ...", "false", "sleep *"] });
  return {
    root,
    lazyJournal,
    caller: new Caller(grant, Deadline.in(10_000), handler),
    /** Another handler of this host. */
    other: (deadline = Deadline.in(10_000)) =>
      new Caller(grant, deadline, runningHandler({ state: `${root}/run` })),
    [Symbol.dispose]: () => {
      lazyJournal.close();
      Deno.removeSync(root, { recursive: true });
    },
  };
}

Deno.test("fs.set names what it set by real paths, each once, and what the kernel refuses is not held", async () => {
  using at = await world();
  const { root, lazyJournal, caller } = at;
  Deno.writeTextFileSync(`${root}/in/a`, "old");
  Deno.symlinkSync("a", `${root}/in/b`);
  assert.equal(shown(await caller.call(fsSet, `${root}/in/*`, 7)), JSON.stringify([`${root}/in/a`]));
  assert.equal(Deno.readTextFileSync(`${root}/in/a`), "7");
  if (Deno.uid() === 0) {
    const kernel = new Caller(
      grantOf({ write: ["/proc/sys/vm/swappiness"] }),
      caller.deadline,
      caller.handler,
    );
    assert.match(shown(await kernel.call(fsSet, "/proc/sys/vm/swappiness", "no number")), /^EINVAL/);
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
  assert.equal(shown(await at.caller.call(undo, "true", ["x"], { timeout: "1s" })), "null");
  assert.match(shown(await at.caller.call(undo, "rm", ["x"])), /^NotAllowed/);
  assert.match(
    shown(await at.caller.call(undo, "true", [], { runAs: "nobody" })),
    /^NotAllowed .*as "nobody"/,
  );
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
  assert.deepEqual(run("true"), {});
  assert.deepEqual(run("false"), { error: "exit code 1" });
  assert.match(run("ls", ["/none"]).error ?? "", /^exit code 2: .*No such file/);
  assert.match(run("sleep", ["20"], 200).error ?? "", /timed out after 200 ms/);
  assert.match(run("sleep", ["20"], 20_000, 200).error ?? "", /timed out: the call's time limit passed/);
  assert.match(run("no-such-program").error ?? "", /no such program/);
});

Deno.test("runUndoCommand() takes the exit codes and the check that say it is gone already for success", () => {
  const { policy } = defaultConfig();
  const run = (what: Partial<UndoCommand>) => {
    const waiting = { loop: new Loop(), deadline: Deadline.in(5000) };
    return runUndoCommand(
      { command: "sh", args: ["-c", "echo no such rule >&2; exit 2"], env: {}, ...what },
      policy,
      waiting,
    );
  };
  assert.deepEqual(run({}), { error: "exit code 2: no such rule" });
  assert.deepEqual(run({ gone: [1] }), { error: "exit code 2: no such rule" });
  assert.deepEqual(run({ gone: [1, 2] }), { note: "gone already: exit code 2: no such rule" });
  const test = (...args: string[]) => ({ command: "test", args });
  assert.deepEqual(run({ onlyIf: test("-e", "/none") }), {
    note: "nothing to undo: test -e /none: exit code 1",
  });
  assert.deepEqual(run({ onlyIf: test("-e", "/proc") }), { error: "exit code 2: no such rule" });
  assert.match(
    run({ onlyIf: { command: "no-such-program", args: [] } }).error ?? "",
    /no-such-program: no such program/,
  );
});

Deno.test("undo refuses a gone and an onlyIf that are none, and a check that the manifest does not allow", async () => {
  using at = await world();
  const ask = async (options: Json) => shown(await at.caller.call(undo, "true", ["x"], options));
  assert.match(await ask({ gone: ["1"] }), /gone must be an array of exit codes/);
  assert.match(await ask({ gone: 1 }), /gone must be an array/);
  assert.match(await ask({ onlyIf: "test -e x" }), /onlyIf must be an array/);
  assert.match(await ask({ onlyIf: ["rm", "x"] }), /NotAllowed|not allowed/);
  assert.equal(await ask({ gone: [1], onlyIf: ["true", "y"] }), "null");
});

Deno.test("state answers with values, and says when there is no guest", async () => {
  using at = await world();
  const call = async (name: string, ...args: Json[]) =>
    shown(await at.caller.call(CAPABILITIES.get(name)!, ...args));
  assert.match(
    await call("state.get", "k"),
    /^TypeError host\.state\.get: this call is about no guest/,
  );
  assert.equal(await call("state.host.get", "k"), "null");
  assert.equal(await call("state.host.set", "k", { a: [1] }), "null");
  assert.equal(await call("state.host.get", "k"), `{"a":[1]}`);
  assert.equal(await call("state.host.list"), `["k"]`);
  assert.equal(await call("state.host.delete", "k"), "true");
  assert.equal(await call("state.host.delete", "k"), "false");
});

Deno.test("a lock is waited for, freed by its number, and by the end of its handler", async () => {
  using at = await world();
  const first = at.caller;
  const taken = await first.call(lockTake, "x");
  assert.match(shown(await at.other(Deadline.in(150)).call(lockTake, "x")), /^Unanswered/);
  await first.call(lockFree, "value" in taken ? taken.value : null);
  const second = at.other();
  assert.ok("value" in await second.call(lockTake, "x"));
  second.end();
  assert.ok("value" in await first.call(lockTake, "x"));
  first.end();
  assert.match(shown(await first.call(lockTake, "")), /^TypeError/);
});

Deno.test("a handler may hold several locks, each free by its own number, and 64 at most", async () => {
  using at = await world();
  const take = (name: string) => at.caller.call(lockTake, name);
  const numbers = new Map<string, Json>();
  for (const name of ["x", "y"]) {
    const taken = await take(name);
    numbers.set(name, "value" in taken ? taken.value : null);
  }
  const isFree = async (name: string) => {
    const other = at.other(Deadline.in(100));
    const answer = await other.call(lockTake, name);
    other.end();
    return "value" in answer;
  };
  assert.deepEqual([await isFree("x"), await isFree("y")], [false, false]);
  await at.caller.call(lockFree, numbers.get("x")!);
  assert.deepEqual([await isFree("x"), await isFree("y")], [true, false]);
  await at.caller.call(lockFree, "no number");
  for (let i = 0; i < 63; i++) assert.ok("value" in await take(`n${i}`));
  assert.match(shown(await take("one more")), /^TypeError host\.lock: more than 64 locks at once/);
  at.caller.end();
  assert.deepEqual([await isFree("y"), await isFree("n62")], [true, true]);
});

Deno.test("a state directory that others may write to keeps nothing, and the calls say so", async () => {
  using at = await world();
  Deno.mkdirSync(`${at.root}/run`, { mode: 0o777 });
  Deno.chmodSync(`${at.root}/run`, 0o777);
  const calls: [name: string, ...args: Json[]][] = [
    ["lock.take", "x"],
    ["undo", "true", []],
    ["state.host.get", "k"],
    ["fs.set", `${at.root}/in/a`, "x"],
  ];
  Deno.writeTextFileSync(`${at.root}/in/a`, "old");
  for (const [name, ...args] of calls) {
    assert.match(
      shown(await at.caller.call(CAPABILITIES.get(name)!, ...args)),
      /^SystemError host\..*no values can be recorded/,
      name,
    );
  }
  assert.equal(Deno.readTextFileSync(`${at.root}/in/a`), "old");
});

Deno.test("sleep ends at its time, and takes only a time", async () => {
  using at = await world();
  const started = performance.now();
  assert.equal(shown(await at.caller.call(sleep, 50)), "null");
  assert.ok(performance.now() - started >= 49);
  for (const ms of ["5", -1, null]) assert.match(shown(await at.caller.call(sleep, ms)), /^TypeError/);
});
