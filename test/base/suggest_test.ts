import assert from "node:assert/strict";
import { suggest } from "../../src/base/suggest.ts";

const KEYS = ["on", "guests", "networks", "timeout", "onFailure", "mode", "allow", "options"];

Deno.test("suggest() finds the key that was meant", () => {
  const table: [word: string, meant: string | undefined][] = [
    ["timeuot", "timeout"],
    ["time-out", "timeout"],
    ["Timeout", "timeout"],
    ["onfailure", "onFailure"],
    ["guest", "guests"],
    ["option", "options"],
    ["alow", "allow"],
    ["no", "on"],
    ["completely", undefined],
    ["", undefined],
    ["x".repeat(10_000), undefined],
  ];
  for (const [word, meant] of table) assert.equal(suggest(word, KEYS), meant, word.slice(0, 20));
});

Deno.test("suggest() gives the nearest, and of equals the first", () => {
  assert.equal(suggest("start", ["started", "start"]), "start");
  assert.equal(suggest("cat", ["bat", "hat"]), "bat");
  assert.equal(suggest("x", []), undefined);
});
