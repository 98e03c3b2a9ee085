/**
 * Kills hook calls with SIGKILL at many instants of setting, playing back and keeping state, and looks after each
 * whether everything is as before, or an entry will bring it back. Half of the calls are restored from a checkpoint,
 * where there can be one.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { addCheckpoint, HAS_CHECKPOINTS } from "./checkpoint.ts";
import { ENVIRONMENT, exists, fixture, Host, pause, PROGRAM, run, type Words } from "./support.ts";

/** Killed calls in all, of each kind a third. */
const INSTANTS = 330;
const WORKERS = 3;
const MOMENT_MS = 10;
/** However slow the machine is. */
const LONGEST_MS = 90_000;
const FILES = ["a", "b", "c", "d"];
const PREPARE: Words = ["qemu", "v1", "prepare", "begin", "-"];
const STARTED: Words = ["qemu", "v1", "started", "begin", "-"];
const RELEASE: Words = ["qemu", "v1", "release", "end", "-"];

/** One world of files, handlers and journal. Trials follow each other in it, so that damage adds up. */
class Trial {
  readonly host = new Host();
  readonly folder = this.host.scratch();
  readonly xml = fixture("9.0.0/003-qemu-prepare");
  readonly sign = join(this.folder, "sign");
  /** Appears when everything for a call by a link is there, and the program is about to start. */
  readonly ready = join(this.host.folder, "ready");
  killed = 0;
  killedRestored = 0;
  /** What a kill found: nothing held, held but not written, and so on. */
  readonly seen = new Map<string, number>();
  /** How long a call takes, by its operation, plain and restored. */
  #took = [new Map<string, number>(), new Map<string, number>()] as const;
  #isRestored = false;
  #counter = 0;

  constructor() {
    const { folder } = this;
    this.host.handler(
      "10-set",
      `on: [qemu/prepare]\nallow: {write: ["${folder}/*"], exec: ["touch ${folder}/*"]}`,
      `await host.fs.write("${folder}/sign", "");
       await host.undo("touch", ["${folder}/first.undone"]);
       await host.fs.set("${folder}/a", "new a");
       await host.fs.set("${folder}/b", "new b");
       await host.undo("touch", ["${folder}/second.undone"]);
       await host.fs.set("${folder}/c", "new c");
       await host.fs.set("${folder}/d", "new d");
       await host.state.set("mine", { set: true });
       await host.undo("touch", ["${folder}/sign"]);`,
    );
    this.host.handler(
      "20-count",
      `on: [qemu/started]\nallow: {write: ["${folder}/sign"]}`,
      `await host.fs.write("${folder}/sign", "");
       for (let i = 0; i < 20; i++) await host.state.host.set("n", (await host.state.host.get("n") ?? 0) + 1);`,
    );
    for (const name of FILES) Deno.writeTextFileSync(join(folder, name), `old ${name}`);
  }

  /** How to start a call: plainly, or so that it is restored. */
  command(words: Words, isRestored = this.#isRestored) {
    const { host } = this;
    if (!isRestored) return { path: PROGRAM, args: host.arguments(words), env: ENVIRONMENT };
    const script = `: > "${this.ready}"; exec "$@"`;
    const { words: args, env } = host.namespace(script, [host.hookLink(words[0]), ...words.slice(1)]);
    return { path: "unshare", args, env };
  }

  call(words: Words, isRestored = this.#isRestored) {
    const { path, args, env } = this.command(words, isRestored);
    return run(path, args, { env, stdin: this.xml });
  }

  /** Measures how long a call takes, so that kills can be spread over it. */
  async measure(words: Words, isRestored: boolean): Promise<void> {
    const { code, exitMs, stderr } = await this.call(words, isRestored);
    assert.equal(code, 0, stderr);
    const record = this.host.record();
    // What comes before the program's start is not counted, what its end takes is not in the record.
    this.#took[Number(isRestored)]!.set(words[2]!, isRestored ? record.ms + 2 : exitMs);
  }

  /**
   * Starts a call and kills it: half of the calls at a part of the time they
   * usually take, the others some time after the first thing that they did,
   * which is a file that appears.
   */
  async kill(words: Words): Promise<void> {
    for (const file of [this.sign, this.ready]) remove(file);
    const took = this.#took[Number(this.#isRestored)]!;
    const { path, args, env } = this.command(words);
    let began = performance.now();
    const child = new Deno.Command(path, {
      args,
      clearEnv: true,
      env,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    writer.write(new TextEncoder().encode(this.xml)).then(() => writer.close()).catch(() => {});
    let over = false;
    const ended = child.status.finally(() => over = true);
    if (this.#isRestored) {
      await this.#untilThereIs(this.ready, () => over);
      began = performance.now();
    }
    // The first half of a plain call is the runtime's start.
    const from = this.#isRestored ? 0.05 : 0.55;
    if (Math.random() < 0.5) await pause((from + (1.05 - from) * Math.random()) * took.get(words[2]!)!);
    else {
      await this.#untilThereIs(this.sign, () => over);
      await pause(12 * Math.random());
    }
    try {
      child.kill("SIGKILL");
    } catch {
      // It has just ended.
    }
    const { signal } = await ended;
    // A call has two processes: the other is ended by the kernel, a moment later.
    if (this.#isRestored) await pause(MOMENT_MS);
    if (signal === "SIGKILL") {
      this.killed++;
      if (this.#isRestored) this.killedRestored++;
      // The machine is faster or slower than it was: the next kill is to come in time.
    } else took.set(words[2]!, performance.now() - began);
  }

  async #untilThereIs(file: string, isOver: () => boolean): Promise<void> {
    while (!isOver() && !exists(file)) await pause(0);
  }

  /** The database opens, is sound, and whatever is not as it was is held with what it was. */
  check(what: string): void {
    using database = new DatabaseSync(join(this.host.state, "journal.db"));
    // A process that was ended gives its locks up a moment later than its memory.
    database.exec("PRAGMA busy_timeout = 5000");
    assert.equal(database.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
    const held = database.prepare("SELECT path, original.text FROM hold JOIN original USING (path)")
      .all() as { path: string; text: string }[];
    assert.equal(
      new Set(held.map(({ path }) => path)).size,
      held.length,
      "a path is held twice by one guest",
    );
    let written = 0;
    for (const name of FILES) {
      const file = join(this.folder, name);
      const text = Deno.readTextFileSync(file);
      const entry = held.find(({ path }) => path === file);
      if (entry !== undefined) {
        assert.equal(entry.text, `old ${name}`, "the old value that is kept is not the old value");
      }
      if (text !== `old ${name}`) {
        assert.equal(text, `new ${name}`);
        assert.ok(entry !== undefined, `${name} is changed and nothing will bring it back`);
        written++;
      }
    }
    const state = `${what}: ${held.length} held, ${written} changed`;
    this.seen.set(state, (this.seen.get(state) ?? 0) + 1);
  }

  /** The next event: everything is back and nothing is left. */
  async release(): Promise<void> {
    const { code, stderr } = await this.call(RELEASE);
    assert.equal(code, 0, stderr);
    for (const name of FILES) assert.equal(Deno.readTextFileSync(join(this.folder, name)), `old ${name}`);
    using database = new DatabaseSync(join(this.host.state, "journal.db"));
    // A process that was ended gives its locks up a moment later than its memory.
    database.exec("PRAGMA busy_timeout = 5000");
    for (const table of ["hold", "original"]) {
      assert.equal(
        database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n,
        0,
        `something is left in ${table}`,
      );
    }
    assert.equal(database.prepare("SELECT count(*) AS n FROM state WHERE driver <> ''").get()?.n, 0);
  }

  async set(look: boolean): Promise<void> {
    await this.kill(PREPARE);
    if (look) this.check("set");
    await this.release();
  }

  async playBack(look: boolean): Promise<void> {
    for (const name of ["first", "second"]) Deno.removeSync(join(this.folder, `${name}.undone`));
    assert.equal((await this.call(PREPARE)).code, 0);
    await this.kill(RELEASE);
    if (look) this.check("playback");
    await this.release();
    for (const name of ["first", "second"]) Deno.statSync(join(this.folder, `${name}.undone`));
  }

  async state(): Promise<void> {
    await this.kill(STARTED);
    using database = new DatabaseSync(join(this.host.state, "journal.db"));
    // A process that was ended gives its locks up a moment later than its memory.
    database.exec("PRAGMA busy_timeout = 5000");
    assert.equal(database.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
    const now = Number(database.prepare("SELECT value FROM state WHERE key = 'n'").get()?.value);
    assert.ok(now >= this.#counter && now <= this.#counter + 20, `${now} after ${this.#counter}`);
    this.#counter = now;
    this.seen.set("state: one of 20 steps", (this.seen.get("state: one of 20 steps") ?? 0) + 1);
  }

  async live(instants: number): Promise<void> {
    if (HAS_CHECKPOINTS) await addCheckpoint(this.host);
    // A journal must be there from the first look on.
    for (const isRestored of HAS_CHECKPOINTS ? [false, true] : [false]) {
      for (const words of [PREPARE, RELEASE, STARTED]) await this.measure(words, isRestored);
      this.#counter += 20;
    }
    const end = performance.now() + LONGEST_MS;
    for (let i = 0; this.killed < instants && performance.now() < end; i++) {
      // Every kind of trial is made both ways, with a look and without.
      this.#isRestored = HAS_CHECKPOINTS && i % 12 < 6;
      const look = i % 2 === 0;
      if (i % 3 === 0) await this.set(look);
      else if (i % 3 === 1) await this.playBack(look);
      else await this.state();
    }
  }
}

function remove(file: string): void {
  try {
    Deno.removeSync(file);
  } catch {
    // There is none yet.
  }
}

Deno.test("a hook call killed at any instant leaves the old values, or entries that bring them back", async () => {
  const trials = Array.from({ length: WORKERS }, () => new Trial());
  try {
    await Promise.all(trials.map((trial) => trial.live(INSTANTS / WORKERS)));
    const seen = new Map<string, number>();
    for (const trial of trials) {
      for (const [what, count] of trial.seen) seen.set(what, (seen.get(what) ?? 0) + count);
    }
    const killed = trials.reduce((sum, trial) => sum + trial.killed, 0);
    const restored = trials.reduce((sum, trial) => sum + trial.killedRestored, 0);
    console.log(`killed ${killed} calls, ${restored} of them restored from a checkpoint; found in between:`);
    for (const [what, count] of [...seen].sort()) console.log(`  ${what}: ${count}`);
    assert.ok(killed >= 200);
    if (HAS_CHECKPOINTS) {
      assert.ok(restored >= 50);
      // Calls that were not killed tell whether they were what they should be.
      const share = trials.flatMap(({ host }) => host.records()).filter((record) => record.restored).length;
      assert.ok(share >= 50, `${share} calls were restored`);
    }
  } finally {
    for (const trial of trials) trial.host[Symbol.dispose]();
  }
});
