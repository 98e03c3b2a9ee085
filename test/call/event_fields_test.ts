import assert from "node:assert/strict";
import { event } from "./support.ts";
import { eventFields } from "../../src/call/event_fields.ts";

Deno.test("event has libvirt's words, and the daemon's name only in the daemon's own hooks", () => {
  const common = { subOperation: "begin", extra: "-", name: "v1" };
  assert.deepEqual(eventFields(event("qemu", "v1", "prepare", "begin", "-"), "virtqemud"), {
    ...common,
    driver: "qemu",
    operation: "prepare",
  });
  const daemon = { driver: "daemon", operation: "start", subOperation: "-", extra: "start", name: "-" };
  const start = event("daemon", "-", "start", "-", "start");
  assert.deepEqual(eventFields(start, "virtqemud"), { ...daemon, daemon: "virtqemud" });
  assert.deepEqual(eventFields(start, undefined), daemon, "a caller that is not known is left out");
});

Deno.test("event has the reason of a release, where libvirt says one", () => {
  const reason = (extra: string) => {
    const fields = eventFields(event("qemu", "v1", "release", "end", extra), undefined);
    return (fields as { reason?: string }).reason;
  };
  assert.equal(reason("destroyed"), "destroyed");
  assert.equal(reason("-"), undefined);
  assert.ok(!("reason" in (eventFields(event("qemu", "v1", "release", "end", "-"), undefined) as object)));
});
