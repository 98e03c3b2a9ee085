import assert from "node:assert/strict";
import { recordId } from "../../src/records/record.ts";

Deno.test("ids sort by time", () => {
  const ids = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000].map((now) => recordId(now));
  assert.deepEqual([...ids].sort(), ids);
  for (const id of ids) assert.match(id, /^[0-9a-z]{8}-[0-9a-z]{4}$/);
});

Deno.test("ids of the same millisecond differ, nearly always", () => {
  const ids = new Set(Array.from({ length: 100 }, () => recordId(1_700_000_000_000)));
  assert.ok(ids.size > 95, `${ids.size} of 100`);
});
