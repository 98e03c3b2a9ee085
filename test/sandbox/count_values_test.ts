import assert from "node:assert/strict";
import { countValues } from "../../src/sandbox/count_values.ts";

/** The true count: every array, object and simple value. */
function count(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + count(one), 1);
}

Deno.test("countValues() is never less than the number of values", () => {
  const values = [
    0,
    "",
    null,
    [],
    {},
    [1, 2, [3, {}]],
    { a: 1, b: [{}, "x"], c: {} },
    "a,b[c{d",
    ['quotes " \\', '\\"', "\\\\", ",,,,"],
    { "key,[{": ['","'] },
    Array.from({ length: 1_000 }, () => ({})),
  ];
  for (const value of values) {
    const text = JSON.stringify(value);
    const counted = countValues(text, 1e9);
    assert.ok(counted >= count(value), `${text}: ${counted}`);
    assert.ok(counted <= 2 * count(value), `${text}: ${counted}`);
  }
});

Deno.test("countValues() counts nothing inside of strings, however long, escaped or unfinished", () => {
  assert.equal(countValues(JSON.stringify(",[{".repeat(100_000)), 1e9), 1);
  assert.equal(countValues(JSON.stringify('",'.repeat(100_000)), 1e9), 1);
  assert.equal(countValues(JSON.stringify("\\".repeat(100_000)) + ",", 1e9), 2);
  assert.equal(countValues('"unfinished,,,,', 1e9), 1);
});

Deno.test("countValues() stops when there are more than enough", () => {
  assert.equal(countValues("[".repeat(1_000_000), 100), 101);
});
