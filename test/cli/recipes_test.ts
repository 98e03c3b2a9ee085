import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import { grantWarnings } from "../../src/cli/grant_warnings.ts";
import { RECIPE_NAMES } from "../../src/cli/recipe_names.ts";
import { RECIPES } from "../../src/cli/recipes.ts";
import { parseManifest } from "../../src/manifest/parse.ts";

/** Meant: which places are mounted is for the host to say. */
const WARNINGS: Record<string, number> = { "storage-ready": 2 };

Deno.test("RECIPES holds a handler in order, without a dangerous grant, for every name that the table tells", () => {
  assert.deepEqual(Object.keys(RECIPES).sort(), [...RECIPE_NAMES].sort());
  for (const [name, text] of Object.entries(RECIPES)) {
    const { manifest, issues } = parseManifest(`${name}.js`, text);
    assert.deepEqual(issues, [], name);
    assert.ok(manifest !== undefined && manifest.description !== "", name);
    assert.deepEqual(grantWarnings(name, manifest.allow).length, WARNINGS[name] ?? 0, name);
  }
});

Deno.test("docs/recipes.md has a row for each recipe, and names its options", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/recipes.md", import.meta.url));
  for (const [name, text] of Object.entries(RECIPES)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
    assert.ok(row, name);
    const { manifest } = parseManifest(`${name}.js`, text);
    for (const option of Object.keys(manifest!.options)) {
      assert.ok(row.includes(`\`${option}\``), `${name}: ${option}`);
    }
  }
});

/** The lines of a recipe's manifest, and of its code without blank lines and comments. */
function linesOf(recipe: string): string {
  const lines = recipe.split("\n");
  const end = lines.indexOf("// ---", 1) + 1;
  const code = lines.slice(end).filter((line) => !/^\s*(?:$|\/\/|\/\*.*\*\/$)/.test(line));
  return `${end} + ${code.length}`;
}

Deno.test("docs/recipes.md tells how many lines each of the compared recipes has", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/recipes.md", import.meta.url));
  const rows = page.split("\n").flatMap((line) => {
    const [, names, lines] = /^\| (`.*`) \| (\d+ \+ \d+[^|]*) \|/.exec(line) ?? [];
    return names && lines ? [{ names: names.replaceAll("`", "").split(", "), lines }] : [];
  });
  assert.ok(rows.length >= 10, `${rows.length} rows`);
  for (const { names, lines } of rows) {
    assert.equal(lines, names.map((name) => linesOf(RECIPES[name]!)).join(", "), names.join());
  }
});

Deno.test("COMMANDS says of each command what it does, with an example and its exit codes", () => {
  const names = COMMANDS.map(({ name }) => name);
  assert.deepEqual(names.length, new Set(names).size);
  for (const { name, summary, description, examples, exitCodes, options, words } of COMMANDS) {
    assert.ok(summary.length <= 100 && !summary.endsWith("."), name);
    assert.ok(description.length > 0 && description.every((text) => text.endsWith(".")), name);
    assert.ok(examples.length > 0 && examples.every(([line]) => line.startsWith(`hookvisor ${name}`)), name);
    assert.ok(exitCodes.some(([code]) => code === 0), name);
    for (const [option, { summary }] of Object.entries(options)) {
      assert.ok(!summary.endsWith("."), `${name} ${option}`);
    }
    const last = words.length - 1;
    words.forEach((word, i) => assert.ok(!word.many || i === last, `${name} ${word.name}`));
  }
});
