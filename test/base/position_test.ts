import assert from "node:assert/strict";
import { positionAt } from "../../src/base/position.ts";

Deno.test("positionAt() counts lines and columns from one, with all three line ends", () => {
  const text = "ab\ncd\r\nef\rgh🖥i";
  const table: [offset: number, line: number, column: number][] = [
    [0, 1, 1],
    [2, 1, 3],
    [3, 2, 1],
    [5, 2, 3],
    [6, 2, 4],
    [7, 3, 1],
    [10, 4, 1],
    [12, 4, 3],
    [14, 4, 5],
    [99, 4, 6],
  ];
  for (const [offset, line, column] of table) {
    assert.deepEqual(positionAt(text, offset), { line, column }, `offset ${offset}`);
  }
});

Deno.test("positionAt() in an empty text is the first place", () => {
  assert.deepEqual(positionAt("", 0), { line: 1, column: 1 });
});
