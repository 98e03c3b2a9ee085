import assert from "node:assert/strict";
import { Caller, grantOf, shown } from "./support.ts";
import { exec } from "../../src/capability/exec.ts";
import { readExecRequest } from "../../src/capability/exec_request.ts";
import { Deadline } from "../../src/base/deadline.ts";

/** Longer than file systems take. */
const LONG = "x".repeat(300);

const sh = () =>
  new Caller(grantOf({ exec: ["sh -c *", "cat", "no-such-program", LONG, "env"], env: ["A"] }));

Deno.test("exec gives code, outputs and signal, and throws for a failure unless check is false", async () => {
  const caller = sh();
  const good = await caller.call(exec, "sh", ["-c", "echo out; echo err >&2"]);
  assert.deepEqual(good, {
    value: { code: 0, signal: null, stdout: "out\n", stderr: "err\n", truncated: false, timedOut: false },
  });
  assert.match(
    shown(await caller.call(exec, "sh", ["-c", "echo why >&2; exit 3"])),
    /^CommandFailed sh exited with 3: why$/,
  );
  const unchecked = await caller.call(exec, "sh", ["-c", "exit 3"], { check: false });
  assert.ok("value" in unchecked);
  assert.match(shown(await caller.call(exec, "sh", ["-c", "kill -9 $$"])), /was killed by SIGKILL/);
  assert.equal(shown(await caller.call(exec, "cat", [], { stdin: "in" })).includes('"stdout":"in"'), true);
});

Deno.test("exec ends a command at its own time-out, and says so", async () => {
  const ended = await sh().call(exec, "sh", ["-c", "exec sleep 20"], { timeout: "200ms" });
  assert.match(shown(ended), /^TimeoutError sh timed out after 200 ms/);
});

Deno.test("exec refuses what no rule, no user and no variable of the manifest allows", async () => {
  const caller = sh();
  const cases: [Parameters<typeof caller.call>, RegExp][] = [
    [[exec, "sh", ["-c", "x", "y"]], /^NotAllowed .*nearest rule "sh -c \*"/],
    [[exec, "/bin/sh", ["-c", "x"]], /^NotAllowed/],
    [[exec, "no-such-program", []], /^ENOENT .*no such program in/],
    [[exec, LONG, []], /^ENOENT .*no such program in/],
    [[exec, "env", [], { env: { B: "x" } }], /^NotAllowed .*variable B/],
    [[exec, "env", [], { runAs: "nobody" }], /^NotAllowed .*as "nobody"/],
  ];
  for (const [call, message] of cases) assert.match(shown(await caller.call(...call)), message);
});

Deno.test("a request of the wrong form is refused with what is wrong", () => {
  const known = ["stdin", "timeout", "env", "runAs", "check"];
  const cases: [Parameters<typeof readExecRequest>[0], RegExp][] = [
    [[], /first argument/],
    [[""], /first argument/],
    [["a", "b"], /second argument must be an array/],
    [["a", [{}]], /argument 1 is neither/],
    [["a", ["x\0"]], /contains NUL/],
    [["a\0"], /contains NUL/],
    [["a", [], []], /third argument/],
    [["a", [], { shell: true }], /unknown option "shell"; known options: stdin/],
    [["a", [], { stdin: 1 }], /stdin must be/],
    [["a", [], { check: 1 }], /check must be/],
    [["a", [], { timeout: -1 }], /timeout must be/],
    [["a", [], { timeout: "soon" }], /timeout must be/],
    [["a", [], { env: { "A=B": "x" } }], /env must be/],
    [["a", [], { env: { A: "x\0" } }], /env must be/],
    [["a", [], { runAs: 0 }], /runAs must be/],
  ];
  for (const [args, message] of cases) {
    const read = readExecRequest(args, known);
    assert.match(typeof read === "string" ? read : "accepted", message, JSON.stringify(args));
  }
  const good = readExecRequest(["a", ["x", 1], { timeout: "2s", runAs: "u" }], known);
  assert.deepEqual(typeof good === "string" ? good : [good.args, good.timeoutMs, good.runAs], [
    ["x", "1"],
    2000,
    "u",
  ]);
});

Deno.test("a command that the deadline leaves running is ended with its group", async () => {
  const caller = new Caller(grantOf({ exec: ["sh -c *"] }), Deadline.in(300));
  const answer = await caller.call(exec, "sh", ["-c", "sleep 7.77 & sleep 7.77"]);
  assert.match(shown(answer), /^Unanswered/);
  await new Promise((wake) => setTimeout(wake, 100));
  const left = new Deno.Command("pgrep", { args: ["-fx", "sleep 7.77"] }).outputSync();
  assert.equal(new TextDecoder().decode(left.stdout), "");
});
