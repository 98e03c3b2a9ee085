import assert from "node:assert/strict";
import { makeRecord, writeRecord } from "../../src/records/write_record.ts";
import { type HookEvent, parseEvent } from "../../src/protocol/event.ts";

function event(driver: string, ...args: string[]): HookEvent {
  const parsed = parseEvent(driver, args);
  if ("error" in parsed) throw new Error(parsed.error.message);
  return parsed.event;
}

function inFolder(act: (folder: string) => void) {
  const folder = Deno.makeTempDirSync();
  try {
    act(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("a record holds the call, and of the rest only what there is", () => {
  const { time, id, ms, ...rest } = makeRecord(event("qemu", "v1", "start", "begin", "-"), {
    verdict: "success",
    exitCode: 0,
    handlers: [],
    notes: [],
    left: [],
  });
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(id, /-/);
  assert.ok(ms >= 0);
  assert.deepEqual(rest, {
    v: 1,
    driver: "qemu",
    object: "v1",
    operation: "start",
    subOperation: "begin",
    extra: "-",
    verdict: "success",
    exitCode: 0,
    handlers: [],
  });
});

Deno.test("a record keeps older libvirt's word, the caller, the reason and remarks", () => {
  const record = makeRecord(event("network", "n", "plugged", "begin", "-"), {
    verdict: "abort",
    exitCode: 1,
    handlers: [{ name: "10-a", outcome: "fail", onFailure: "abort", message: "no", ms: 1, calls: [] }],
    reason: "no",
    notes: ["a remark"],
    caller: "virtnetworkd",
    left: [{ name: "20-b", why: "not for it" }],
    id: "given",
  });
  assert.equal(record.operation, "port-created");
  assert.equal(record.calledOperation, "plugged");
  assert.equal(record.id, "given");
  assert.deepEqual([record.caller, record.reason, record.notes], ["virtnetworkd", "no", ["a remark"]]);
  assert.deepEqual(record.left, [{ name: "20-b", why: "not for it" }]);
});

Deno.test("records are lines of JSON, whatever the names hold", () =>
  inFolder((folder) => {
    const names = ["v1", "line\nbreak", "\u2028", `"quotes" \\`, "🖥"];
    for (const name of names) {
      const failed = writeRecord(folder, event("qemu", name, "start", "begin", "-"), {
        verdict: "success",
        exitCode: 0,
        handlers: [],
      });
      assert.equal(failed, undefined);
    }
    const lines = Deno.readTextFileSync(`${folder}/events.jsonl`).split("\n");
    assert.equal(lines.pop(), "");
    assert.deepEqual(lines.map((line) => JSON.parse(line).object), names);
  }));

Deno.test("a record that cannot be written is told, not thrown", () => {
  const call = { verdict: "success" as const, exitCode: 0, handlers: [] };
  assert.match(
    writeRecord("/dev/null/x", event("qemu", "v1", "start", "begin", "-"), call) ?? "",
    /./,
  );
});
