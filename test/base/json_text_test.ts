import assert from "node:assert/strict";
import { jsonText } from "../../src/base/json_text.ts";
import { oneLine } from "../../src/base/one_line.ts";

/** One of each kind: C0, DEL, C1 (CSI), line and paragraph separators, bidirectional marks, a byte order mark. */
const UNSAFE = [
  "\u0000",
  "\u001b",
  "\u007f",
  "\u009b",
  "\u2028",
  "\u2029",
  "\u200e",
  "\u202e",
  "\u2066",
  "\u061c",
  "\ufeff",
];

Deno.test("jsonText() is JSON of the same value, with nothing in it that a terminal acts on", () => {
  for (const c of UNSAFE) {
    const value = { [`a${c}`]: [`b${c}"\\`, { d: c.repeat(3) }] };
    const text = jsonText(value);
    assert.deepEqual(JSON.parse(text), value);
    assert.ok(!text.includes(c), text);
    assert.ok(!oneLine(`x${c}y`).includes(c));
  }
  assert.equal(jsonText("é 漢 😀"), '"é 漢 😀"');
});

Deno.test("jsonText() makes half of a surrogate pair U+FFFD, and takes no text for one", () => {
  assert.equal(JSON.parse(jsonText("a\ud800b\udc00")), "a\ufffdb\ufffd");
  assert.equal(JSON.parse(jsonText("\\ud800 \\\\ud800")), "\\ud800 \\\\ud800");
  assert.equal(JSON.parse(jsonText("\\\ud800")), "\\\ufffd");
  assert.equal(JSON.parse(jsonText("😀")), "😀");
  assert.equal(oneLine("a\ud800b"), "a\ufffdb");
});
