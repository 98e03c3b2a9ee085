import assert from "node:assert/strict";
import { abort, goOn, goOnWith } from "../../src/protocol/reply.ts";

Deno.test("an operation that goes on says nothing, or its new XML", () => {
  assert.deepEqual(goOn(), { exitCode: 0, stdout: "", stderr: "" });
  assert.deepEqual(goOn("<domain/>"), { exitCode: 0, stdout: "<domain/>", stderr: "" });
});

Deno.test("an operation that is given up says why in one line and prints no XML", () => {
  assert.deepEqual(abort("v1: start refused"), {
    exitCode: 1,
    stdout: "",
    stderr: "hookvisor: v1: start refused\n",
  });
  assert.deepEqual(goOnWith("odd"), { exitCode: 0, stdout: "", stderr: "hookvisor: odd\n" });
});

Deno.test("a reason is one line of at most a thousand characters", () => {
  assert.equal(abort("a\nb\u001b").stderr, "hookvisor: a\\nb\\u001b\n");
  const { stderr } = abort("x".repeat(5_000));
  assert.equal(stderr, `hookvisor: ${"x".repeat(1_000)}…\n`);
  assert.equal(abort("\n".repeat(5_000)).stderr.length, "hookvisor: …\n".length + 1_000);
});
