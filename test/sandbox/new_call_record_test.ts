import assert from "node:assert/strict";
import { CAPABILITIES } from "../../src/capability/capabilities.ts";
import { callRecord as recordOf, round } from "../../src/sandbox/new_call_record.ts";

const callRecord = (call: string, args: Parameters<typeof recordOf>[1], at: number) =>
  recordOf(CAPABILITIES.get(call)!, args, at);

Deno.test("a call is kept in short: the command line, the path, the message", () => {
  const what = (call: string, ...args: Parameters<typeof callRecord>[1]) => callRecord(call, args, 1.26).what;
  assert.equal(what("exec", "ip", ["link", "set", "vnet 0"]), "ip link set vnet 0");
  assert.equal(what("exec", "ip"), "ip");
  assert.equal(what("exec", "ip", [1, null]), "ip 1 null");
  assert.equal(what("fs.read", "/etc/hostname"), "/etc/hostname");
  assert.equal(what("sleep", 100), "100");
  assert.equal(what("sleep"), "");
  assert.equal(what("fs.read", { a: 1 }), `{"a":1}`);
  assert.equal(callRecord("sleep", [1], 1.26).at, 1.3);
});

Deno.test("a log line is kept with its level and its fields, unless they are large", () => {
  assert.deepEqual(callRecord("log", ["warn", "text", { a: 1 }], 0), {
    call: "log",
    what: "text",
    at: 0,
    level: "warn",
    fields: { a: 1 },
  });
  assert.equal(callRecord("log", ["info", "text", null], 0).fields, undefined);
  assert.equal(callRecord("log", ["info", "text", { a: "x".repeat(3_000) }], 0).fields, "…");
  assert.equal(callRecord("log", ["x".repeat(1_000), "text"], 0).level?.length, 10);
});

Deno.test("what is kept of a call has a limit", () => {
  for (const args of [["x".repeat(1e6)], ["x", ["y".repeat(1e6)]], [{ a: "x".repeat(1e6) }]]) {
    assert.equal(callRecord("exec", args, 0).what.length, 301);
  }
});

Deno.test("times have one digit after the point", () => {
  assert.equal(round(1.2345), 1.2);
  assert.equal(round(0), 0);
});
