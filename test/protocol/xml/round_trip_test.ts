import assert from "node:assert/strict";
import { parseXml, XmlElement as OracleElement } from "@rgrove/parse-xml";
import type { XmlDocument, XmlElement } from "../../../src/protocol/xml/document.ts";
import { XmlEditor } from "../../../src/protocol/xml/editor.ts";
import { parseDocument } from "../../../src/protocol/xml/parse_document.ts";
import { recordedDocuments } from "./fixtures.ts";
import { Generator } from "./generate.ts";
import { LxmlPeer } from "./lxml_peer.ts";
import { Random } from "./random.ts";

const GENERATED = 5_000;

function read(input: Uint8Array | string): XmlDocument {
  const { document, issue } = parseDocument(input, { source: "test" });
  assert.equal(issue, undefined, `${issue?.line}:${issue?.column} ${issue?.message}\n${input}`);
  return document!;
}

/** The document put together again from what the tree knows of it. */
function rebuilt(document: XmlDocument): string {
  const { text, root } = document;
  return text.slice(0, root.start) + element(root) + text.slice(root.end);

  function element(e: XmlElement): string {
    const children = [...e.children()];
    const gaps = [...e.gaps()].map(([from, to]) => text.slice(from, to));
    return startTag(e) +
      gaps.map((gap, i) => gap + (i < children.length ? element(children[i]!) : "")).join("") +
      text.slice(e.contentEnd, e.end);
  }

  function startTag(e: XmlElement): string {
    let at = e.start + 1 + e.name.length;
    let out = `<${e.name}`;
    for (const { name, start, valueStart, valueEnd } of e.attributeRanges()) {
      assert.ok(text.startsWith(name, start));
      out += text.slice(at, valueStart) + text.slice(valueStart, valueEnd) + text[valueEnd];
      at = valueEnd + 1;
    }
    return out + text.slice(at, e.contentStart);
  }
}

/** Compares with what another parser made of the same text. */
function sameAsOracle(e: XmlElement, oracle: OracleElement, source: string): void {
  assert.equal(e.name, oracle.name, source);
  // Beyond the first plane it gives no offset for the end of the text.
  assert.deepEqual([e.start, e.end], [oracle.start, Math.min(oracle.end, source.length)], source);
  assert.deepEqual(e.attributes().map((a) => [a.name, a.value]), Object.entries(oracle.attributes), source);
  assert.equal(e.textContent, oracle.text, source);
  const children = [...e.children()];
  const others = oracle.children.filter((c) => c instanceof OracleElement);
  assert.equal(children.length, others.length, source);
  children.forEach((child, i) => sameAsOracle(child, others[i]!, source));
}

function roundTrip(bytes: Uint8Array<ArrayBuffer>): void {
  const document = read(bytes);
  assert.deepEqual(new TextEncoder().encode(new XmlEditor(document).document.text), bytes);
  assert.equal(rebuilt(document), document.text);
  sameAsOracle(document.root, parseXml(document.text, { includeOffsets: true }).root!, document.text);
}

Deno.test("every recorded document comes out byte for byte and reads as another parser reads it", () => {
  const documents = recordedDocuments();
  assert.ok(documents.length > 400, `only ${documents.length} documents`);
  for (const { bytes } of documents) roundTrip(bytes);
});

Deno.test(`${GENERATED} generated documents come out byte for byte and read as another parser reads them`, () => {
  const random = new Random(1);
  for (let i = 0; i < GENERATED; i++) roundTrip(new TextEncoder().encode(new Generator(random).document()));
});

/** The document with a few characters lost, doubled, swapped or replaced. */
function damaged(text: string, random: Random): string {
  let out = text;
  for (let n = 1 + random.below(2); n > 0; n--) {
    const at = random.below(out.length);
    const piece = random.pick([
      "<",
      ">",
      "&",
      "'",
      '"',
      "/",
      "=",
      "!",
      "?",
      "-",
      "]",
      "[",
      ":",
      ";",
      "x",
      "1",
      " ",
      "\n",
      "\u0001",
      "]]>",
      "<!--",
      "-->",
      "<a>",
      "</a>",
      "&#0;",
      "xmlns:q='u'",
      "\ufffe",
    ]);
    const kind = random.below(4);
    if (kind === 0) out = out.slice(0, at) + out.slice(at + 1 + random.below(3));
    else if (kind === 1) out = out.slice(0, at) + piece + out.slice(at);
    else if (kind === 2) out = out.slice(0, at) + piece + out.slice(at + piece.length);
    else out = out.slice(0, at) + out.slice(at, at + 5) + out.slice(at);
  }
  return out.toWellFormed();
}

Deno.test("libxml2 agrees on which of 6,000 damaged documents are well-formed", async () => {
  const random = new Random(2);
  const recorded = recordedDocuments();
  const texts = Array.from({ length: 6_000 }, (_, i) =>
    damaged(
      i % 2 === 0 ? new Generator(random).document() : new TextDecoder().decode(random.pick(recorded).bytes),
      random,
    ));
  await using peer = await LxmlPeer.start();
  const answers = await peer.ask<{ ok: boolean; why?: string }>(texts.map((xml) => ({ do: "verdict", xml })));
  let accepted = 0;
  texts.forEach((text, i) => {
    const { issue } = parseDocument(text, { source: "test" });
    if (issue === undefined) accepted++;
    // libxml2 knows more encodings and is lax about the rest of the declaration.
    if (/^(encoding|XML version) |XML declaration/.test(issue?.message ?? "")) return;
    assert.equal(issue === undefined, answers[i]!.ok, `${issue?.message} / ${answers[i]!.why}\n${text}`);
  });
  assert.ok(accepted > 300 && accepted < 5_700, `${accepted} accepted`);
});
