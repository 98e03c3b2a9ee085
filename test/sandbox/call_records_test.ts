import assert from "node:assert/strict";
import { CallRecords } from "../../src/sandbox/call_records.ts";

const record = (call: string, what = "") => ({ call, what, at: 0 });

Deno.test("CallRecords: no number of log lines crowds out what changes something", () => {
  const records = new CallRecords();
  for (let i = 0; i < 5_000; i++) records.add(record("log"), false);
  assert.ok(records.add(record("exec", "true"), true));
  assert.ok(records.add(record("fs.write", "/a"), true));
  assert.deepEqual([records.kept.length, records.more], [502, 4_500]);
  assert.deepEqual(records.kept.slice(-2).map(({ call }) => call), ["exec", "fs.write"]);
});

Deno.test("CallRecords: a refused call is kept after all, and counted once", () => {
  const records = new CallRecords();
  for (let i = 0; i < 500; i++) records.add(record("log"), false);
  const refused = record("fs.read", "/etc/shadow");
  assert.equal(records.add(refused, false), false);
  records.addRefusal(refused);
  assert.deepEqual([records.kept.at(-1), records.more], [refused, 0]);
});

Deno.test("CallRecords: command lines are whole until all of them take too much room", () => {
  const records = new CallRecords();
  for (let i = 0; i < 200; i++) records.add(record("exec", "x".repeat(4_000)), true);
  assert.equal(records.kept[0]?.what.length, 4_000);
  assert.match(records.kept.at(-1)?.what ?? "", /^x{300}… \(\+3700 characters\)$/);
});
