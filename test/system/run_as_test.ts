import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import { ENVIRONMENT } from "../../src/system/command_environment.ts";
import { Loop } from "../../src/system/loop.ts";
import { runAs } from "../../src/system/run_as.ts";

const ROOT = { ignore: Deno.uid() !== 0 };

Deno.test("runAs() gives setpriv, which is root, nothing of what is added to the environment", ROOT, () => {
  const waiting = { loop: new Loop(), deadline: Deadline.in(5000) };
  const ready = runAs("nobody", "/opt/program", ["a", "b"], { COLOUR: "dark blue" }, waiting);
  assert.ok(typeof ready === "object");
  assert.deepEqual(ready.env, ENVIRONMENT);
  const behind = ready.args.slice(ready.args.indexOf("--") + 1);
  assert.match(behind[0]!, /^\/.*\/env$/);
  assert.ok(behind.includes("COLOUR=dark blue"));
  assert.deepEqual(behind.slice(-3), ["/opt/program", "a", "b"]);
  assert.match(String(runAs("nobody", "/opt/a=b", [], {}, waiting)), /cannot be run as another user/);
});
