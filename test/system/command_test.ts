import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import { Command, type CommandResult } from "../../src/system/command.ts";
import { Loop } from "../../src/system/loop.ts";

type Options = Partial<ConstructorParameters<typeof Command>[1]>;

function shell(script: string, options: Options = {}) {
  const loop = new Loop();
  let result: CommandResult | undefined;
  let told = 0;
  const command = new Command(loop, {
    path: "/bin/sh",
    args: ["-c", script],
    env: { PATH: "/usr/bin:/bin" },
    stdin: "",
    outputLimit: 1_000,
    timeoutMs: Infinity,
    graceMs: 200,
    done: (ended) => {
      told++;
      result = ended;
    },
    ...options,
  });
  /** Lets it run to its end, or for so long. */
  const run = (ms = 20_000) => {
    const until = Deadline.in(ms);
    let turns = 0;
    for (; result === undefined && !until.passed; turns++) loop.turn(until);
    return { result, told, turns, idle: loop.idle, ms: ms - until.remaining };
  };
  return { command, run };
}

Deno.test("a command gives its code and both outputs", () => {
  const { result, told, idle } = shell("echo out; echo err >&2; exit 3").run();
  assert.deepEqual(result, {
    code: 3,
    signal: null,
    stdout: "out\n",
    stderr: "err\n",
    truncated: false,
    timedOut: false,
  });
  assert.equal(told, 1);
  assert.equal(idle, true);
});

Deno.test("a command that a signal ended says which", () => {
  assert.deepEqual([shell("kill -SEGV $$").run().result].map((r) => [r?.code, r?.signal]), [[
    null,
    "SIGSEGV",
  ]]);
  assert.equal(shell("kill -USR1 $$").run().result?.signal, "signal 10");
});

Deno.test("a command reads all that it is given, however much", () => {
  const stdin = "x".repeat(1_000_000);
  assert.equal(shell("wc -c", { stdin }).run().result?.stdout.trim(), "1000000");
  assert.equal(shell("cat", { stdin: "é🖥" }).run().result?.stdout, "é🖥");
  assert.equal(shell("wc -c").run().result?.stdout.trim(), "0");
});

Deno.test("a command need not read what it is given", () => {
  assert.equal(shell("exit 0", { stdin: "x".repeat(1_000_000) }).run().result?.code, 0);
  assert.equal(shell("head -c 1; exit 5", { stdin: "x".repeat(1_000_000) }).run().result?.code, 5);
});

Deno.test("output beyond the limit is read and dropped, so that the writer goes on", () => {
  const { result } = shell("head -c 5000000 /dev/zero | tr '\\0' x; echo end >&2").run();
  assert.equal(result?.stdout, "x".repeat(1_000));
  assert.equal(result?.stderr, "end\n");
  assert.equal(result?.truncated, true);
  assert.equal(result?.code, 0);
});

Deno.test("output beyond the limit does not wake us for each piece", () => {
  const writes = "dd if=/dev/zero bs=100 count=50000 2>/dev/null";
  const { turns, ms } = shell(writes, { outputLimit: 10 }).run();
  // One turn sees that there is output, the next, a millisecond later, reads it.
  assert.ok(turns < 2 * ms + 50, `${turns} turns in ${ms} ms`);
});

Deno.test("output of exactly the limit is whole", () => {
  const { result } = shell("head -c 1000 /dev/zero | tr '\\0' x").run();
  assert.equal(result?.stdout.length, 1_000);
  assert.equal(result?.truncated, false);
});

Deno.test("output that is not UTF-8 is decoded as far as it goes", () => {
  assert.equal(shell("printf 'a\\377b\\303'").run().result?.stdout, "a\ufffdb\ufffd");
});

Deno.test("a command is over when its process is, whatever its children hold open", () => {
  const { result, idle, ms } = shell("sleep 20 & setsid sleep 20 & echo out").run();
  assert.equal(result?.stdout, "out\n");
  assert.equal(result?.code, 0);
  assert.equal(idle, true);
  assert.ok(ms < 10_000, `${ms} ms`);
});

Deno.test("a command's own time-out is SIGTERM, then SIGKILL", () => {
  const soft = shell("trap 'echo bye; exit 7' TERM; sleep 20 & wait", { timeoutMs: 300 }).run();
  assert.deepEqual([soft.result?.code, soft.result?.stdout, soft.result?.timedOut], [7, "bye\n", true]);
  const hard = shell("trap '' TERM; while :; do sleep 0.1; done", { timeoutMs: 100, graceMs: 100 }).run();
  assert.deepEqual([hard.result?.signal, hard.result?.timedOut], ["SIGKILL", true]);
  assert.ok(hard.ms < 10_000);
});

Deno.test("a command that was killed is not reported any more", () => {
  const { command, run } = shell("sleep 20");
  assert.equal(command.running, true);
  command.kill();
  command.kill();
  command.terminate();
  assert.equal(command.running, false);
  assert.deepEqual(run(50).told, 0);
});

Deno.test("a command that cannot be started throws", () => {
  assert.throws(() => shell("", { path: "/nonexistent" }), /ENOENT/);
});

Deno.test("hundreds of commands at once keep a limited amount together", () => {
  const loop = new Loop();
  const results: CommandResult[] = [];
  const limit = 1024 * 1024;
  for (let i = 0; i < 40; i++) {
    new Command(loop, {
      path: "/bin/sh",
      args: ["-c", "head -c 1000000 /dev/zero; read end"],
      env: { PATH: "/usr/bin:/bin" },
      stdin: "",
      outputLimit: limit,
      timeoutMs: Infinity,
      graceMs: 100,
      done: (result) => results.push(result),
    });
  }
  const until = Deadline.in(30_000);
  while (results.length < 40 && !until.passed) loop.turn(until);
  assert.equal(results.length, 40);
  assert.ok(results.every((result) => result.stdout.length <= limit));
});
