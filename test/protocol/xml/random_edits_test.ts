import assert from "node:assert/strict";
import { XmlEditor } from "../../../src/protocol/xml/editor.ts";
import { parseDocument } from "../../../src/protocol/xml/parse_document.ts";
import { recordedDocuments } from "./fixtures.ts";
import { Generator } from "./generate.ts";
import { LxmlPeer } from "./lxml_peer.ts";
import { Random } from "./random.ts";
import { KINDS, makeEdit, outsideKept, type RandomEdit, randomEdit, zones } from "./random_edits.ts";

const EDITS = 12_000;

Deno.test(`${EDITS} random edits come out as libxml2 makes them, and nothing else changes`, async () => {
  const random = new Random(3);
  const generator = new Generator(random);
  const recorded = recordedDocuments().map(({ bytes }) => new TextDecoder().decode(bytes));
  const questions: { do: "edits"; xml: string; edits: RandomEdit[]; ours: string }[] = [];
  const made = new Map<string, number>();
  for (let total = 0; total < EDITS;) {
    const xml = random.chance(0.5) ? random.pick(recorded) : generator.document();
    const { document } = parseDocument(xml, { source: "test" });
    const editor = new XmlEditor(document!);
    const edits: RandomEdit[] = [];
    for (let n = 1 + random.below(5); n > 0; n--) {
      const before = editor.document;
      const edit = randomEdit(before, generator, random);
      if (edit === undefined) break;
      const { count, issue } = makeEdit(editor, edit);
      const context = `${JSON.stringify(edit)}\n${before.text}\n----\n${editor.document.text}`;
      assert.equal(issue, undefined, `${issue?.line}:${issue?.column} ${issue?.message}\n${context}`);
      assert.equal(count, edit.targets.length, context);
      assert.ok(outsideKept(before.text, editor.document.text, zones(before, edit)), context);
      edits.push(edit);
      made.set(edit.kind, (made.get(edit.kind) ?? 0) + 1);
    }
    total += edits.length;
    if (edits.length > 0) questions.push({ do: "edits", xml, edits, ours: editor.document.text });
  }
  for (const kind of KINDS) assert.ok(made.get(kind)! > 500, `only ${made.get(kind)} of ${kind}`);

  await using peer = await LxmlPeer.start();
  const answers = await peer.ask<{ ok: boolean; ours?: string; theirs?: string }>(questions);
  answers.forEach((answer, i) => {
    assert.ok(
      answer.ok,
      `theirs:\n${answer.theirs}\nours:\n${answer.ours}\n${JSON.stringify(questions[i], null, 1)}`,
    );
  });
});
