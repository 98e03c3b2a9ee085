import assert from "node:assert/strict";
import { lookFor } from "../../src/cli/look.ts";

function given(isTerminal: boolean, columns: number | undefined, env: Record<string, string>) {
  return lookFor({ isTerminal, columns, env: (name) => env[name] });
}

Deno.test("lookFor() colours only on a terminal, and not with NO_COLOR or a dumb one", () => {
  assert.equal(given(true, 80, {}).colour, true);
  assert.equal(given(true, 80, { NO_COLOR: "1" }).colour, false);
  assert.equal(given(true, 80, { NO_COLOR: "" }).colour, true);
  assert.equal(given(true, 80, { TERM: "dumb" }).colour, false);
  assert.equal(given(false, undefined, {}).colour, false);
});

Deno.test("lookFor() takes the terminal's width, and a usual one where there is none", () => {
  assert.equal(given(true, 61, {}).width, 61);
  assert.equal(given(true, 0, {}).width, 80);
  assert.equal(given(true, 3, {}).width, 20);
  assert.equal(given(false, undefined, {}).width, 100);
});

Deno.test("lookFor() shows more than ASCII in UTF-8 locales only, LC_ALL before LC_CTYPE before LANG", () => {
  assert.equal(given(true, 80, { LANG: "de_DE.UTF-8" }).unicode, true);
  assert.equal(given(true, 80, { LANG: "C.utf8" }).unicode, true);
  assert.equal(given(true, 80, { LANG: "C.UTF-8", LC_ALL: "C" }).unicode, false);
  assert.equal(given(true, 80, { LC_CTYPE: "C", LANG: "C.UTF-8" }).unicode, false);
  assert.equal(given(true, 80, {}).unicode, false);
});
