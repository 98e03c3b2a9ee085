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

Deno.test("what is kept of a call has a limit, of a command line a generous one, and says what is missing", () => {
  for (const args of [["x".repeat(1e6)], ["x", ["y".repeat(1e6)]], [{ a: "x".repeat(1e6) }]]) {
    assert.match(callRecord("exec", args, 0).what, /^[^…]{4096}… \(\+99\d{4} characters\)$/);
  }
  assert.equal(callRecord("exec", ["x", ["y".repeat(4_000)]], 0).what.length, 4_002);
  assert.match(callRecord("fs.read", ["x".repeat(1e6)], 0).what, /^x{300}… \(\+999700 characters\)$/);
});

Deno.test("of a command the record has its user, the names of its variables, and size and digest of its input", () => {
  const { runAs, env, stdin } = callRecord("exec", ["x", [], {
    runAs: "alice",
    env: { A: "secret" },
    stdin: "é",
  }], 0);
  assert.deepEqual([runAs, env], ["alice", ["A"]]);
  // sha256sum of the two bytes.
  assert.deepEqual(stdin, {
    bytes: 2,
    sha256: "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c",
  });
  assert.equal(callRecord("exec", ["x", [], { stdin: "" }], 0).stdin, undefined);
});

Deno.test("times have one digit after the point", () => {
  assert.equal(round(1.2345), 1.2);
  assert.equal(round(0), 0);
});
