import { deepEqual } from "node:assert/strict";
import { metricsText, RecordCounts } from "../../src/records/metrics.ts";
import type { HookRecord } from "../../src/records/record.ts";

const FACTS = { version: "1.2.3", usable: 2, broken: 1, logBytes: 512 };

function record(fields: Partial<HookRecord>): HookRecord {
  const call = { object: "v1", operation: "prepare", subOperation: "begin", extra: "-" };
  const went = { verdict: "success" as const, exitCode: 0, handlers: [], ms: 20 };
  return {
    v: 1,
    id: "mwxzzxue-2aw4",
    time: "2026-01-02T03:04:05.000Z",
    driver: "qemu",
    ...call,
    ...went,
    ...fields,
  };
}

function ran(name: string, outcome: HookRecord["handlers"][number]["outcome"]) {
  return { name, outcome, ms: 1, calls: [], memoryBytes: 0 };
}

/** The samples of one family, without its name. */
function samples(records: readonly HookRecord[], family: string): string[] {
  const counts = new RecordCounts();
  for (const one of records) counts.add(one);
  const lines = metricsText(counts, FACTS).split("\n");
  return lines.filter((line) => line.startsWith(`hookvisor_${family}`)).map((line) =>
    line.slice(`hookvisor_${family}`.length)
  );
}

const AT = 1767323045;
const FAILED = { verdict: "abort", exitCode: 1 } as const;

Deno.test("calls are counted by driver, operation and verdict, failures by handler and cause", () => {
  const records = [
    record({ handlers: [ran("10-a", "success")] }),
    record({ ...FAILED, handlers: [ran("10-a", "success"), ran("20-b", "timeout")] }),
    record({ ...FAILED, handlers: [ran("10-a", "fail")] }),
    record({ operation: "release", handlers: [ran("10-a", "fail")] }),
  ];
  deepEqual(samples(records, "calls_total"), [
    `{driver="qemu",operation="prepare",verdict="abort"} 2`,
    `{driver="qemu",operation="prepare",verdict="success"} 1`,
    `{driver="qemu",operation="release",verdict="success"} 1`,
  ]);
  deepEqual(samples(records, "handler_failures_total"), [
    `{handler="10-a",cause="fail"} 2`,
    `{handler="20-b",cause="timeout"} 1`,
  ]);
});

Deno.test("the last call and the last failure of an operation are the latest, in whatever order they are read", () => {
  const records = [
    record({ ...FAILED, time: "2026-01-02T03:04:06.500Z" }),
    record({ ...FAILED }),
    record({ time: "2026-01-02T03:04:09.000Z" }),
    record({ operation: "start" }),
  ];
  deepEqual(samples(records, "last_call_timestamp_seconds"), [
    `{driver="qemu",operation="prepare"} ${AT + 4}`,
    `{driver="qemu",operation="start"} ${AT}`,
  ]);
  deepEqual(samples(records, "last_failure_timestamp_seconds"), [
    `{driver="qemu",operation="prepare"} ${AT + 1.5}`,
  ]);
});

Deno.test("a duration counts in its bucket and all above it, one beyond the last in +Inf alone", () => {
  const records = [25, 26, 30_001].map((ms) => record({ ms }));
  const found = samples(records, "call_duration_seconds");
  const at = (bound: string) => `_bucket{driver="qemu",operation="prepare",le="${bound}"}`;
  for (const [bound, count] of [["0.025", 1], ["0.05", 2], ["30", 2], ["+Inf", 3]] as const) {
    deepEqual(found.filter((line) => line.startsWith(at(bound))), [`${at(bound)} ${count}`]);
  }
  deepEqual(found.slice(-2), [
    `_sum{driver="qemu",operation="prepare"} 30.052`,
    `_count{driver="qemu",operation="prepare"} 3`,
  ]);
});

Deno.test("events that were folded or dropped are counted, and are no calls", () => {
  const records = [
    record({ operation: "rebooted", event: { folded: 3 } }),
    record({ operation: "rebooted", event: { dropped: 2 } }),
    record({ operation: "rebooted", event: { folded: 1 }, handlers: [ran("10-a", "success")] }),
  ];
  deepEqual(samples(records, "events_folded_total"), [`{driver="qemu",operation="rebooted"} 4`]);
  deepEqual(samples(records, "events_dropped_total"), [`{driver="qemu",operation="rebooted"} 2`]);
  deepEqual(samples(records, "calls_total"), [`{driver="qemu",operation="rebooted",verdict="success"} 1`]);
});

Deno.test("without records there are only the facts, and no family is empty", () => {
  deepEqual(metricsText(new RecordCounts(), FACTS).split("\n").filter((line) => !line.startsWith("#")), [
    `hookvisor_build_info{version="1.2.3"} 1`,
    `hookvisor_handlers{state="usable"} 2`,
    `hookvisor_handlers{state="broken"} 1`,
    "hookvisor_records_bytes 512",
    "",
  ]);
});
