import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import { isRunning } from "../../src/undo/gone_guests.ts";
import { type Holder, listHeldChanges } from "../../src/undo/held_changes.ts";
import { holdForUndo } from "../../src/undo/hold_for_undo.ts";
import { Journal, JournalError } from "../../src/undo/journal.ts";
import { playBack, playLeftovers } from "../../src/undo/play_back.ts";
import { setValues } from "../../src/undo/set_values.ts";
import { dropState, getState, listState, setState } from "../../src/undo/state.ts";
import { walk } from "../../src/system/file.ts";
import { Loop } from "../../src/system/loop.ts";
import { loadSqlite } from "../../src/system/sqlite.ts";

await loadSqlite();

/** A journal of its own and a folder of files to set. */
class Desk {
  readonly folder = Deno.makeTempDirSync();
  readonly journal: Journal;
  readonly notes: string[] = [];
  readonly ran: string[] = [];
  readonly waiting = { loop: new Loop(), deadline: Deadline.in(10_000) };
  /** Why commands fail; undefined when they do not. */
  failure: string | undefined;

  constructor() {
    this.journal = new Journal(`${this.folder}/run`, (text) => this.notes.push(text));
  }

  holder(name = "v1", handler = "10-a"): Holder {
    return { driver: "qemu", name, handler };
  }

  set(name: string, value: string, holder = this.holder()) {
    using place = walk(`${this.folder}/${name}`, false);
    return setValues(this.journal, holder, [place], value, this.waiting);
  }

  file(name: string, text?: string): string {
    if (text !== undefined) Deno.writeTextFileSync(`${this.folder}/${name}`, text);
    return Deno.readTextFileSync(`${this.folder}/${name}`);
  }

  command(command: string, holder = this.holder()): void {
    holdForUndo(this.journal, holder, { command, args: [], env: {}, timeoutMs: 1 }, this.waiting.deadline);
  }

  get setting() {
    return {
      ...this.waiting,
      journal: this.journal,
      latest: Deadline.in(60_000),
      play: (what: object) => {
        if ("command" in what) this.ran.push(String(what.command));
        return this.failure === undefined ? {} : { error: this.failure };
      },
    };
  }

  holds() {
    return this.journal.transaction(this.waiting.deadline, (transaction) => listHeldChanges(transaction));
  }

  [Symbol.dispose](): void {
    this.journal.close();
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** No guest runs. */
const runs = () => false;

Deno.test("playBack() goes backwards, takes the same command once, and leaves nothing", () => {
  using desk = new Desk();
  desk.file("a", "old");
  desk.command("first");
  desk.set("a", "new");
  desk.command("second");
  desk.command("first");
  desk.command("first", desk.holder("v1", "20-b"));
  assert.deepEqual(desk.holds().map(({ id }) => id), [1, 2, 3, 5]);
  const steps = playBack(desk.setting, desk.holder());
  assert.deepEqual(steps.map(({ what, ok }) => [what, ok]), [
    ["first", true],
    ["second", true],
    [`${desk.folder}/a`, true],
    ["first", true],
  ]);
  assert.deepEqual(desk.ran, ["first", "second", "first"]);
  assert.equal(desk.file("a"), "old");
  assert.deepEqual(desk.holds(), []);
});

Deno.test("what fails is kept as leaving, and held anew it is not played back as a leftover", () => {
  using desk = new Desk();
  desk.command("x");
  desk.failure = "no";
  playBack(desk.setting, desk.holder());
  const [left] = desk.holds();
  assert.deepEqual([left?.leaving, left?.failures, left?.error], [true, 1, "no"]);
  assert.deepEqual(playLeftovers(desk.setting, [], ({ name }) => name === "v1"), [], "the guest runs again");
  desk.command("y");
  assert.deepEqual(
    desk.holds().map(({ leaving }) => leaving),
    [false, false],
    "and what it left is held again",
  );
  assert.deepEqual(playLeftovers(desk.setting, [], runs), []);
  playBack(desk.setting, desk.holder());
  desk.failure = undefined;
  assert.deepEqual(playLeftovers(desk.setting, [desk.holder()], runs), [], "not again in the same call");
  assert.equal(playLeftovers(desk.setting, [], runs).length, 2);
  assert.deepEqual(desk.holds(), []);
});

Deno.test("a command that was held anew while it was played back stays held", () => {
  using desk = new Desk();
  desk.command("x");
  const setting = { ...desk.setting, play: () => (desk.command("x"), {}) };
  playBack(setting, desk.holder());
  assert.deepEqual(desk.holds().map(({ leaving }) => leaving), [false]);
});

Deno.test("commands have the time they were held with beyond the call's, but not for what another guest left, nor each guest anew", () => {
  using desk = new Desk();
  const slow = { command: "slow", args: [], env: {}, timeoutMs: 30_000 };
  const guests = ["v1", "v2"].map((name) => desk.holder(name));
  const hold = () => {
    for (const guest of guests) holdForUndo(desk.journal, guest, slow, desk.waiting.deadline);
  };
  const left: number[] = [];
  const setting = {
    ...desk.setting,
    deadline: Deadline.in(1_000),
    latest: Deadline.in(20_000),
    play: (_: object, { deadline }: { deadline: Deadline }) => {
      left.push(deadline.remaining);
      return { error: "no" };
    },
  };
  hold();
  for (const guest of guests) playBack(setting, guest);
  assert.ok(left.length === 2 && left.every((ms) => ms > 10_000 && ms <= 20_000), left.join());
  left.length = 0;
  playLeftovers(setting, [], runs);
  assert.ok(left.length === 2 && left.every((ms) => ms <= 1_000), left.join());
});

Deno.test("what a daemon left is tried again although it runs: nobody else would", () => {
  using desk = new Desk();
  const daemon = { driver: "daemon", name: "libvirtd", handler: "10-a" };
  desk.command("x", daemon);
  desk.failure = "no";
  playBack(desk.setting, daemon);
  desk.failure = undefined;
  assert.equal(playLeftovers(desk.setting, [], () => true).length, 1);
});

Deno.test("three guests in turn: the newest of those that stay decides, whoever leaves first", () => {
  const orders = [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"], ["b", "a", "c"]];
  for (const order of orders) {
    using desk = new Desk();
    desk.file("f", "old");
    let here = ["a", "b", "c"];
    for (const name of here) desk.set("f", name, desk.holder(name));
    for (const name of order) {
      playBack(desk.setting, desk.holder(name));
      here = here.filter((one) => one !== name);
      assert.equal(desk.file("f"), here.at(-1) ?? "old", order.join());
    }
    assert.deepEqual(desk.holds(), []);
  }
});

Deno.test("a path that leads elsewhere by the time it comes back is left alone and kept", () => {
  using desk = new Desk();
  Deno.mkdirSync(`${desk.folder}/dir`);
  Deno.mkdirSync(`${desk.folder}/other`);
  desk.file("dir/f", "old");
  desk.file("other/f", "mine");
  desk.set("dir/f", "new");
  Deno.renameSync(`${desk.folder}/dir`, `${desk.folder}/moved`);
  Deno.symlinkSync(`${desk.folder}/other`, `${desk.folder}/dir`);
  const [step] = playBack(desk.setting, desk.holder());
  assert.equal(step?.ok, false);
  assert.match(step?.error ?? "", /now resolves to .*other\/f/);
  assert.equal(desk.file("other/f"), "mine");
  assert.equal(desk.holds().length, 1);
});

Deno.test("a transaction that fails changes nothing; one that others hold ends at the deadline", () => {
  using desk = new Desk();
  const owner = { driver: "qemu", uuid: "u", handler: "10-a", name: "v1", keep: false };
  setState(desk.journal, owner, "k", { deep: [1, null] }, desk.waiting.deadline);
  assert.throws(() =>
    desk.journal.transaction(desk.waiting.deadline, (transaction) => {
      transaction.run("DELETE FROM state");
      throw new RangeError("on purpose");
    }), RangeError);
  assert.deepEqual(getState(desk.journal, owner, "k", desk.waiting.deadline), { deep: [1, null] });
  const other = new Journal(`${desk.folder}/run`, () => {});
  const started = performance.now();
  desk.journal.transaction(desk.waiting.deadline, () => {
    assert.throws(
      () => other.transaction(Deadline.in(200), () => {}),
      (error) => error instanceof JournalError && error.busy,
    );
  });
  const took = performance.now() - started;
  assert.ok(took >= 150 && took < 1500, `${took} ms`);
  other.close();
});

Deno.test("state is apart by driver, guest and handler, and only what is not kept goes with the guest", () => {
  using desk = new Desk();
  const { journal, waiting: { deadline } } = desk;
  const owner = { driver: "qemu", uuid: "u", handler: "10-a", name: "v1", keep: false };
  const others = [{ ...owner, driver: "lxc" }, { ...owner, uuid: "w" }, {
    ...owner,
    handler: "20-b",
    keep: true,
  }];
  for (const one of [owner, ...others]) setState(journal, one, "k", one.handler, deadline);
  setState(journal, owner, "k2", 2, deadline);
  assert.deepEqual(listState(journal, owner, "k", deadline), ["k", "k2"]);
  assert.deepEqual(listState(journal, owner, "k2", deadline), ["k2"]);
  dropState(journal, { driver: "qemu", name: "v1" }, deadline);
  assert.equal(getState(journal, owner, "k", deadline), undefined);
  assert.equal(getState(journal, others[0]!, "k", deadline), "10-a", "a container of the same name");
  assert.equal(getState(journal, others[2]!, "k", deadline), "20-b", "state: keep");
});

Deno.test("a journal of another version is refused with what to do, and left as it is", () => {
  using desk = new Desk();
  desk.journal.transaction(desk.waiting.deadline, () => {});
  desk.journal.close();
  desk.journal.transaction(desk.waiting.deadline, (transaction) => transaction.run("SELECT 1"));
  const database = `${desk.folder}/run/journal.db`;
  desk.journal.close();
  const bytes = Deno.readFileSync(database);
  // sqlite.org/fileformat.html: the user version is the big-endian number at offset 60.
  bytes[63] = 9;
  Deno.writeFileSync(database, bytes);
  assert.throws(
    () => desk.journal.transaction(desk.waiting.deadline, () => {}),
    /another version of hookvisor \(its schema is 9, this one knows 1\)/,
  );
  assert.deepEqual(Deno.readFileSync(database), bytes);
});

Deno.test("isRunning() believes a process's own command line, not a number in a file", async () => {
  using desk = new Desk();
  const run = `${desk.folder}/libvirt`;
  for (const driver of ["qemu", "lxc", "network"]) Deno.mkdirSync(`${run}/${driver}`, { recursive: true });
  const process = new Deno.Command("sh", {
    args: ["-c", "read line", "-name", "guest=a,,b,debug-threads=on", "--name", "c1"],
    stdin: "piped",
  }).spawn();
  // The parent goes on a moment before the kernel shows the new command line.
  while (!Deno.readTextFileSync(`/proc/${process.pid}/cmdline`).includes("guest=")) {
    await new Promise((wake) => setTimeout(wake, 5));
  }
  try {
    for (const name of ["qemu/a,b", "qemu/a", "lxc/c1", "lxc/c2"]) {
      Deno.writeTextFileSync(`${run}/${name}.pid`, `${process.pid}\n`);
    }
    Deno.writeTextFileSync(
      `${run}/network/up.xml`,
      "<networkstatus><network><bridge name='lo'/></network></networkstatus>",
    );
    Deno.writeTextFileSync(
      `${run}/network/down.xml`,
      "<networkstatus><network><bridge stp='on' name='virbr-none'/></network></networkstatus>",
    );
    const running = (driver: string, name: string) => isRunning({ driver, name }, run);
    assert.ok(running("qemu", "a,b"));
    assert.ok(!running("qemu", "a"));
    assert.ok(!running("qemu", "none"));
    assert.ok(running("lxc", "c1"));
    assert.ok(!running("lxc", "c2"));
    assert.ok(running("network", "up"));
    assert.ok(!running("network", "down"));
    assert.ok(!running("network", "none"));
    assert.ok(running("qemu", "../../etc/passwd"), "a name that can be no guest's is not looked for");
    assert.ok(running("daemon", "libvirtd"));
  } finally {
    await process.stdin.close();
    await process.status;
  }
});
