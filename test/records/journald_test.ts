import assert from "node:assert/strict";
import { datagram, entries } from "../../src/records/journald.ts";
import type { HookRecord } from "../../src/records/record.ts";

const RECORD: HookRecord = {
  v: 1,
  time: "2026-01-02T03:04:05.678Z",
  id: "mhd0-abcd",
  driver: "qemu",
  object: "win11",
  operation: "prepare",
  subOperation: "begin",
  extra: "-",
  verdict: "success",
  exitCode: 0,
  handlers: [{
    name: "10-a",
    outcome: "success",
    ms: 1,
    calls: [
      { call: "log", what: "careful", level: "warn", at: 0, ms: 0, fields: { n: 1 } },
      { call: "exec", what: "true", at: 0, ms: 1, code: 0 },
    ],
  }],
  ms: 20,
};

Deno.test("entries() gives a handler's log lines with their own priority, and a line for the call with its verdict's", () => {
  const told = entries(RECORD).map(({ MESSAGE, PRIORITY }) => [PRIORITY, MESSAGE]);
  assert.deepEqual(told, [["4", "10-a: careful"], ["6", "qemu/prepare win11: success, 1 handler, 20 ms"]]);
  const last = (record: HookRecord) => entries(record).at(-1)!;
  const failed = { ...RECORD.handlers[0]!, outcome: "fail" as const, message: "no room", calls: [] };
  const ignored = last({ ...RECORD, verdict: "ignore", handlers: [{ ...failed, onFailure: "ignore" }] });
  assert.deepEqual([ignored.PRIORITY, ignored.MESSAGE], [
    "4",
    "qemu/prepare win11: 10-a failed and is ignored: no room",
  ]);
  const thrown = {
    ...failed,
    outcome: "error" as const,
    onFailure: "ignore" as const,
    at: "/etc/10-a.js:7:3",
  };
  assert.equal(
    last({ ...RECORD, verdict: "ignore", handlers: [thrown] }).MESSAGE,
    "qemu/prepare win11: 10-a failed and is ignored: no room (/etc/10-a.js:7:3)",
  );
  const aborted = last({ ...RECORD, verdict: "abort", reason: "win11: prepare refused by 10-a: no room" });
  assert.deepEqual([aborted.PRIORITY, aborted.MESSAGE], ["3", "win11: prepare refused by 10-a: no room"]);
});

Deno.test("entries() of a talkative handler are bounded, and so is each text", () => {
  const log = { call: "log", what: "x".repeat(20_000), level: "odd", at: 0, ms: 0 };
  const all = entries({ ...RECORD, handlers: [{ ...RECORD.handlers[0]!, calls: Array(500).fill(log) }] });
  assert.equal(all.length, 101);
  assert.equal(all[0]!.PRIORITY, "6");
  assert.ok(datagram(all[0]!).length < 10_000);
});

Deno.test("datagram() writes a text with a line end with its length before it, so that no guest forges a field", () => {
  const bytes = datagram({ A: "plain", B: "one\nPRIORITY=0" });
  const text = new TextDecoder().decode(bytes);
  assert.equal(text, "A=plain\nB\n\x0e\0\0\0\0\0\0\0one\nPRIORITY=0\n");
});
