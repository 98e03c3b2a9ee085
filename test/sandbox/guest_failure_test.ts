import assert from "node:assert/strict";
import { guestFailure } from "../../src/sandbox/guest_failure.ts";

const FILE = "/etc/hookvisor/handlers/10-a.js";

Deno.test("an error is told with its kind and its innermost place in the handler's own file", () => {
  const stack =
    "    at helper (10-a.js:7:3)\n    at <anonymous> (10-a.js:20:1)\n    at done (hookvisor:prelude:1:1)\n";
  assert.deepEqual(guestFailure(FILE, "", { name: "TypeError", message: "not a function", stack }), {
    ok: false,
    cause: "error",
    message: "TypeError: not a function",
    at: `${FILE}:7:3`,
  });
});

Deno.test("kinds that say nothing the message does not are left out", () => {
  for (const name of ["Error", "NotAllowed", "CommandFailed", "SystemError", "TimeoutError"]) {
    const outcome = guestFailure(FILE, "", { name, message: "why", stack: "" });
    assert.equal(outcome.ok === false && outcome.message, "why");
  }
});

Deno.test("places in other files and in the bridge are passed over", () => {
  const table: [stack: string, at: string | undefined][] = [
    ["    at f (hookvisor:prelude:3:4)\n    at g (10-a.js:5:6)\n", `${FILE}:5:6`],
    ["    at g (10-a.js:5)\n", `${FILE}:5`],
    ["    at 10-a.js:8:9\n", `${FILE}:8:9`],
    ["    at f (/etc/passwd:1:1)\n", undefined],
    ["    at f (x10-a.js:1:1)\n", undefined],
    ["    at f (native)\n", undefined],
    ["", undefined],
  ];
  for (const [stack, at] of table) {
    const outcome = guestFailure(FILE, "", { name: "Error", message: "x", stack });
    assert.equal(outcome.ok === false ? outcome.at : "ok", at, stack);
  }
});

Deno.test("whatever a handler says of its error becomes one line of at most two thousand characters", () => {
  const said = [
    null,
    1,
    "text",
    [],
    {},
    { name: 1, message: 2, stack: 3 },
    { name: "x".repeat(1e6), message: "m\nm\u001b".repeat(1e5), stack: "    at 10-a.js:1:1\n".repeat(1e4) },
    { name: "<b>", message: "", stack: null },
    JSON.parse(`{"__proto__": {"message": "inherited"}, "unseen": {"x": 1}}`),
  ];
  for (const told of said) {
    const outcome = guestFailure(FILE, "", told);
    assert.ok(outcome.ok === false && outcome.cause === "error");
    assert.ok(outcome.message !== "" && outcome.message.length <= 2_000);
    assert.ok(!outcome.message.includes("\n") && !outcome.message.includes("\u001b"));
  }
});

Deno.test("a call that nobody waited for is named", () => {
  const outcome = guestFailure(FILE, "", {
    name: "CommandFailed",
    message: "false exited with 1",
    unseen: "exec",
  });
  assert.equal(
    outcome.ok === false && outcome.message,
    "host.exec was not awaited and failed: false exited with 1",
  );
});

Deno.test("an import that failed says that a handler is a single file", () => {
  const outcome = guestFailure(FILE, "", {
    name: "ReferenceError",
    message: "could not load module 'node:fs'",
  });
  assert.match(outcome.ok === false ? outcome.message : "", /single file and cannot import/);
});

Deno.test("an import that failed has its place, which the engine does not know", () => {
  const source = `// node:fs\nimport a, {\n  b,\n} from "node:fs";\nawait import("./lib.js");\n`;
  for (const [module, at] of [["node:fs", `${FILE}:4:3`], ["lib.js", `${FILE}:5:7`], ["none", undefined]]) {
    const told = { name: "ReferenceError", message: `could not load module '${module}'`, stack: "" };
    const outcome = guestFailure(FILE, source, told);
    assert.equal(outcome.ok === false ? outcome.at : "ok", at);
  }
});
