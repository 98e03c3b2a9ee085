import assert from "node:assert/strict";
import { type Column, renderTable } from "../../src/cli/text_table.ts";
import { fit, textWidth, visible, wrap } from "../../src/cli/text.ts";

const COLUMNS: Column[] = [
  { title: "NAME" },
  { title: "WHAT", flex: "wrap" },
  { title: "WHY", flex: "cut" },
  { title: "MS", align: "right" },
];
const ROWS = [
  ["a", "one two three four five six seven", "because of something long", "1.0"],
  ["日本語", ["x", "y"], "no", "12345.6"],
];

Deno.test("renderTable() fits the width of a terminal by wrapping and cutting flexible columns", () => {
  for (const width of [50, 60, 80]) {
    const text = renderTable(COLUMNS, ROWS, { width, colour: false, unicode: true, isTerminal: true });
    for (const line of text.split("\n")) assert.ok(textWidth(line) <= width, line);
    for (const word of ["one", "seven", "日本語", "x", "y", "12345.6"]) assert.ok(text.includes(word), text);
  }
});

Deno.test("renderTable() shortens nothing in a pipe", () => {
  const text = renderTable(COLUMNS, ROWS, { width: 40, colour: false, unicode: true, isTerminal: false });
  assert.equal(
    text,
    [
      "NAME    WHAT                               WHY                             MS",
      "a       one two three four five six seven  because of something long      1.0",
      "日本語  x                                  no                         12345.6",
      "        y",
      "",
    ].join("\n"),
  );
});

Deno.test("visible() leaves nothing in a text that a terminal would act on", () => {
  assert.equal(visible("a\x1b[2J\n\t\u202e\u009bé😀", true), "a\\u001b[2J\\n\\t\\u202e\\u009bé😀");
  assert.equal(visible("é…😀", false), "\\u00e9...\\u{1f600}");
});

Deno.test("fit() and wrap() count columns, not characters", () => {
  assert.equal(fit("日本語日本語", { width: 5, unicode: true }), "日本…");
  assert.equal(fit("abcdefghij", { width: 8, unicode: false }), "abcde...");
  assert.deepEqual(wrap("aa bb ccc dddddddddd", 5), ["aa bb", "ccc", "ddddd", "ddddd"]);
  assert.deepEqual(wrap("日本語", 4), ["日本", "語"]);
});
