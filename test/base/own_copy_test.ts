import assert from "node:assert/strict";
import { ownCopy } from "../../src/base/own_copy.ts";

Deno.test("ownCopy() gives the same text", () => {
  for (const text of ["", "plain", "é日本🖥\n\0"]) assert.equal(ownCopy(text), text);
  assert.equal(ownCopy("half \ud83d"), "half \ufffd");
});
