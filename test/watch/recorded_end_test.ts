import assert from "node:assert/strict";
import { withRecordedEnd } from "../../src/watch/recorded_end.ts";

const VANISHED = {
  domain: { name: "a", uuid: "uuid-a", id: 1 },
  operation: "crashed",
  fields: { reason: "vanished" },
};

/** The event's reason, with these calls in the records, as `guest operation extra`. */
function reason(...calls: string[]): unknown {
  const log = Deno.makeTempDirSync();
  try {
    const lines = calls.map((call, i) => {
      const [object, operation, ...extra] = call.split(" ");
      const time = new Date(i).toISOString();
      const rest = { subOperation: "end", extra: extra.join(" "), verdict: "success", handlers: [], ms: 1 };
      return `${JSON.stringify({ v: 1, time, id: `${i}`, driver: "qemu", object, operation, ...rest })}\n`;
    });
    if (lines.length > 0) Deno.writeTextFileSync(`${log}/events.jsonl`, lines.join(""));
    return withRecordedEnd(log, "qemu", VANISHED)?.fields.reason;
  } finally {
    Deno.removeSync(log, { recursive: true });
  }
}

Deno.test("withRecordedEnd() omits a guest that the records say was ended on purpose", () => {
  for (const end of ["shutdown", "destroyed", "migrated", "saved", "from snapshot"]) {
    assert.equal(reason("a started -", "a stopped -", `a release ${end}`, "b started -"), undefined, end);
  }
});

Deno.test("withRecordedEnd() takes the reason of a bad end from the records, and no other", () => {
  assert.equal(reason("a started -", "a release failed"), "failed");
  assert.equal(reason("a started -", "a release crashed"), "crashed");
  assert.equal(reason("a started -", "a release daemon"), "vanished");
  assert.equal(reason("a started -", "a release -"), "vanished", "libvirt before 10");
});

Deno.test("withRecordedEnd() knows nothing of a guest whose end was not recorded", () => {
  assert.equal(reason(), "vanished");
  assert.equal(reason("b release shutdown"), "vanished");
  assert.equal(reason("a release shutdown", "a prepare -", "a start -", "a started -"), "vanished");
  assert.equal(reason("a release shutdown", "a reconnect -", "a paused -"), "vanished");
});

Deno.test("withRecordedEnd() leaves other missed events as they are", () => {
  const event = { ...VANISHED, fields: { reason: "panicked" } };
  assert.equal(withRecordedEnd("/nonexistent", "qemu", event), event);
});
