import assert from "node:assert/strict";
import { join } from "node:path";
import { ARROWS, importsOf, violations } from "./boundaries.ts";

const ROOT = join(import.meta.dirname!, "..");

function readSources(folder: string, into = new Map<string, string>()): Map<string, string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) readSources(path, into);
    else if (/\.(?:ts|js)$/.test(name)) into.set(path, Deno.readTextFileSync(join(ROOT, path)));
  }
  return into;
}

Deno.test("folders of src/ import only what lies below them, without cycles, and only system/ names Deno", () => {
  const sources = readSources("src");
  assert.ok(sources.size > 50, `${sources.size} files`);
  assert.deepEqual(violations(sources), []);
});

Deno.test("docs/architecture.md shows every room of src/ with the rooms that it may import", () => {
  const page = Deno.readTextFileSync(join(ROOT, "docs/architecture.md"));
  const rows = [...page.matchAll(/^\| `(\w+)(?:\/|\.ts)` \| [^|]+ \| ([^|]+) \|$/gm)];
  const shown = Object.fromEntries(rows.map(([, room = "", imports = ""]) => [room, imports.split(", ")]));
  const expected = Object.entries(ARROWS).map(([room, to]) => [room, to.length === 0 ? ["nothing"] : to]);
  assert.deepEqual(shown, Object.fromEntries(expected));
  const folders = [...Deno.readDirSync(join(ROOT, "src"))].map(({ name }) => name.replace(/\.ts$/, ""))
    .sort();
  assert.deepEqual(Object.keys(ARROWS).sort(), folders);
});

Deno.test("the paths that docs/architecture.md names exist", () => {
  const page = Deno.readTextFileSync(join(ROOT, "docs/architecture.md"));
  const paths = [...page.matchAll(/`((?:[a-z_]+\/)+[\w.]*)`/g)].map(([, path = ""]) => path);
  assert.ok(paths.length > 30, `${paths.length} paths`);
  const exists = (path: string) => {
    try {
      return Deno.statSync(join(ROOT, path)) !== undefined;
    } catch {
      return false;
    }
  };
  assert.deepEqual(paths.filter((path) => !exists(path) && !exists(`src/${path}`)), []);
});

Deno.test("the imports of a real file are found", () => {
  const source = Deno.readTextFileSync(join(ROOT, "src/call/hook_call.ts"));
  const found = importsOf(source).map(({ specifier }) => specifier);
  assert.ok(found.includes("../protocol/event.ts"), found.join());
  assert.ok(found.includes("./libvirt_call.ts"), found.join());
});

/** Made-up sources, to see that the rules can be broken. */
const BROKEN: [what: string, sources: Record<string, string>, expected: RegExp[]][] = [
  ["nothing wrong", {
    "src/main.ts": `import { a } from "./cli/a.ts";\nDeno.exit(a);\n`,
    "src/cli/a.ts": `import type { B } from "../base/b.ts";\nexport const a = 1;\n`,
    "src/base/b.ts": `// Deno.exit() is not for us, nor is import("node:fs").\nexport type B = 1;\n`,
    "src/system/c.ts":
      `import type { B } from "../base/b.ts";\nexport const c = () => import("node:sqlite");\n`,
    "src/checkpoint/os/d.ts": `export const d = Deno.pid;\n`,
  }, []],
  ["base imports", { "src/base/a.ts": `import { b } from "../system/b.ts";\n` }, [
    /^src\/base\/a\.ts imports src\/system\/b\.ts: base -> system is not allowed$/,
  ]],
  ["an arrow upwards", { "src/capability/a.ts": `export { b } from "../call/b.ts";\n` }, [
    /capability -> call is not allowed/,
  ]],
  ["an arrow upwards on several lines", {
    "src/protocol/xml/a.ts": `import {\n  b,\n  c,\n} from "../../manifest/b.ts";\n`,
  }, [/protocol -> manifest is not allowed/]],
  ["an arrow upwards by a dynamic import", {
    "src/sandbox/a.ts": `export const a = async () => await import("../call/b.ts");\n`,
  }, [/sandbox -> call is not allowed/]],
  ["an import for its effect", { "src/system/a.ts": `import "../sandbox/b.ts";\n` }, [
    /system -> sandbox is not allowed/,
  ]],
  ["a folder nobody knows", { "src/util/a.ts": `import { b } from "../base/b.ts";\n` }, [
    /a folder without arrows: util/,
  ]],
  ["handlers where they do not belong", { "src/system/a.ts": `import a from "../../handlers/a.js";\n` }, [
    /src\/system\/a\.ts imports handlers\/a\.js/,
  ]],
  ["a cycle of files", {
    "src/base/a.ts": `import { b } from "./b.ts";\n`,
    "src/base/b.ts": `import { c } from "./c.ts";\n`,
    "src/base/c.ts": `import { a } from "./a.ts";\n`,
  }, [/^a cycle: src\/base\/a\.ts -> src\/base\/b\.ts -> src\/base\/c\.ts -> src\/base\/a\.ts$/]],
  ["a circle of files one of which is loaded when it is used", {
    "src/cli/a.ts": `const b = () => import("./b.ts");\n`,
    "src/cli/b.ts": `import { a } from "./a.ts";\n`,
  }, [/^a cycle: src\/cli\/a\.ts -> src\/cli\/b\.ts -> src\/cli\/a\.ts$/]],
  ["a cycle of folders", {
    "src/system/a.ts": `import type { b } from "../manifest/b.ts";\n`,
    "src/manifest/c.ts": `import type { d } from "../system/d.ts";\n`,
  }, [
    /system -> manifest is not allowed/,
    /manifest -> system is not allowed/,
    /^a cycle: system -> manifest -> system$/,
  ]],
  ["Deno outside of system/", { "src/cli/a.ts": `export const a = Deno.readTextFileSync("x");\n` }, [
    /^src\/cli\/a\.ts names Deno/,
  ]],
  ["Deno in the checkpoint's half that is not the operating system's", {
    "src/checkpoint/a.ts": `export const a = Deno.pid;\n`,
  }, [/^src\/checkpoint\/a\.ts names Deno/]],
  ["Deno in JavaScript, in brackets", { "src/sandbox/a.js": `const a = Deno["exit"];\n` }, [/names Deno/]],
  ["a module of Node's", { "src/system/a.ts": `import { b } from "node:fs";\n` }, [/imports node:fs$/]],
  ["a module of Node's, later", { "src/system/a.ts": `const a = await import("node:fs");\n` }, [
    /imports node:fs$/,
  ]],
  ["SQLite at the start", { "src/system/a.ts": `import { b } from "node:sqlite";\n` }, [
    /imports node:sqlite at its start/,
  ]],
];

for (const [what, sources, expected] of BROKEN) {
  Deno.test(`the rules on imports, with made-up sources: ${what}`, () => {
    const found = violations(new Map(Object.entries(sources)));
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const [i, pattern] of expected.entries()) assert.match(found[i] ?? "", pattern);
  });
}
