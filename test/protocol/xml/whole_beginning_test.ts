import assert from "node:assert/strict";
import { wholeBeginning } from "../../../src/protocol/xml/scan.ts";
import { parseDocument } from "../../../src/protocol/xml/parse_document.ts";
import { recordedDocuments } from "./fixtures.ts";
import { Random } from "./random.ts";

for (
  const [what, text, expected] of [
    ["a well-formed document", "<a><b/></a>", "<a><b/></a>"],
    ["the middle of a text", "<a><b>1</b><c>2", "<a><b>1</b></a>"],
    ["the middle of a tag", "<a><b>1</b><c d='", "<a><b>1</b></a>"],
    ["a fault deep inside", "<a><b>1</b><c><d><e/><f>&x;", "<a><b>1</b><c><d><e/></d></c></a>"],
    ["a fault in text between elements", "<a><b>1</b> & <c/></a>", "<a><b>1</b></a>"],
    ["the wrong end tag", "<a><b>1</b><c></d></c></a>", "<a><b>1</b></a>"],
    ["a forbidden character", "<a><b>1</b><c>\u0001</c></a>", "<a><b>1</b></a>"],
    ["what follows the root", "<a><b>1</b></a>text", "<a><b>1</b></a>"],
    ["the root's own tag", "<a b='1' b='2'><c/></a>", undefined],
    ["nothing", "", undefined],
  ] as const
) {
  Deno.test(`wholeBeginning() ends before ${what}`, () => assert.equal(wholeBeginning(text), expected));
}

Deno.test("wholeBeginning() of any part of a recorded document is well-formed and holds what was whole", () => {
  const random = new Random(7);
  const documents = recordedDocuments();
  let whole = 0;
  for (let i = 0; i < 500; i++) {
    const text = new TextDecoder().decode(random.pick(documents).bytes);
    const part = text.slice(0, random.below(text.length));
    const beginning = wholeBeginning(part);
    if (beginning === undefined) continue;
    const { document, issue } = parseDocument(beginning, { source: "test" });
    assert.equal(issue, undefined, part);
    const [uuid] = /<uuid>.*?<\/uuid>/.exec(part) ?? [];
    if (uuid === undefined) continue;
    whole++;
    assert.ok(document!.text.includes(uuid), part);
  }
  assert.ok(whole > 300, `${whole}`);
});
