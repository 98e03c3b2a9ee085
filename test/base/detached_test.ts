import assert from "node:assert/strict";
import { detached } from "../../src/base/detached.ts";

Deno.test("detached() gives the same text", () => {
  for (const text of ["", "plain", "é日本🖥\n\0"]) assert.equal(detached(text), text);
  assert.equal(detached("half \ud83d"), "half \ufffd");
});
