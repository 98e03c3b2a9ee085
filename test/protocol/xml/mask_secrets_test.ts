import assert from "node:assert/strict";
import { maskSecrets } from "../../../src/protocol/xml/mask_secrets.ts";
import { parseDocument } from "../../../src/protocol/xml/parse_document.ts";
import { fixtureText } from "./fixtures.ts";

const masked = (xml: string) => maskSecrets(parseDocument(xml, { source: "test" }).document!);

Deno.test("maskSecrets() hides the passwords of graphics and nothing else", () => {
  const vm = fixtureText("xml/vfio.xml");
  assert.equal(masked(vm), vm.replace("passwd='secret'", "passwd='***'"));
});

Deno.test("maskSecrets() finds every password, in the first and the last element too", () => {
  assert.equal(
    masked(`<a passwd="1"><b x='passwd'/>passwd<c passwd = 'it&apos;s'/><passwd/><d><e passwd='3'/></d></a>`),
    `<a passwd="***"><b x='passwd'/>passwd<c passwd = '***'/><passwd/><d><e passwd='***'/></d></a>`,
  );
});

Deno.test("maskSecrets() leaves a document without passwords as it is", () => {
  const xml = fixtureText("12.8.0/205-qemu-started.xml");
  assert.equal(masked(xml), xml);
});
