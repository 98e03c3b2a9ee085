import assert from "node:assert/strict";
import { matchesGlob } from "../../src/base/glob.ts";

Deno.test("matchesGlob() knows * and ? and nothing else", () => {
  const table: [glob: string, name: string, matches: boolean][] = [
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["*", "any thing\n at all", true],
    ["?", "", false],
    ["?", "a", true],
    ["?", "ab", false],
    ["win*", "win11", true],
    ["win*", "xwin11", false],
    ["*11", "win11", true],
    ["w*1", "win11", true],
    ["w*2", "win11", false],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["**", "x", true],
    ["[ab]", "a", false],
    ["[ab]", "[ab]", true],
    ["a.c", "abc", false],
    ["\\*", "*", false],
    ["\\*", "\\x", true],
    ["--help", "--help", true],
    ["*a", "aaab", false],
    ["?*?", "a", false],
    ["?*?", "ab", true],
  ];
  for (const [glob, name, matches] of table) {
    assert.equal(matchesGlob(glob, name), matches, `${glob} and ${name}`);
  }
});

Deno.test("matchesGlob() takes no longer than both lengths multiplied, whatever the name", () => {
  const before = performance.now();
  assert.equal(matchesGlob(`${"*a".repeat(30)}b`, "a".repeat(20_000)), false);
  assert.ok(performance.now() - before < 2_000);
});
