import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { bundle, type Chunk } from "../../build/bundle.ts";

/** Bundles a small program written for the test; gives its chunks and the text of `main.js`. */
async function bundled(
  files: Record<string, string>,
  constants: Record<string, string | undefined> = {},
  together?: string,
) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(join(folder, name), text);
    const out = join(folder, "bundle");
    const chunks = await bundle({
      entry: join(folder, "main.ts"),
      folder: out,
      constants,
      ...(together !== undefined && { together: join(folder, together) }),
      packages: ["yaml"],
    });
    const texts = chunks.map(({ file }) => Deno.readTextFileSync(file));
    return { chunks, texts, main: Deno.readTextFileSync(join(out, "main.js")) };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const late = (chunks: Chunk[]) => chunks.filter((chunk) => !chunk.atStart);

Deno.test("what is imported dynamically becomes a chunk that is not loaded at start", async () => {
  const { chunks } = await bundled({ "main.ts": `export const yaml = () => import("yaml");` });
  equal(late(chunks).length, 1);
  ok((late(chunks)[0]?.bytes ?? 0) > 50_000);
});

Deno.test("what a call needs is in one file, also where late files need parts of it", async () => {
  const files = {
    "main.ts": `import { call } from "./call.ts"; import { one } from "./one.ts";
console.log(await call(), one, await import("./first.ts"), await import("./second.ts"));`,
    "call.ts": `import { two } from "./two.ts"; export const call = () => two();`,
    "one.ts": `export const one = ["one"];`,
    "two.ts": `import { three } from "./three.ts"; export const two = () => "two" + three;`,
    "three.ts": `export const three = new Date();`,
    "first.ts": `import { two } from "./two.ts"; export const first = two;`,
    "second.ts": `import { three } from "./three.ts"; export const second = three;`,
  };
  const atStart = async (together?: string) =>
    (await bundled(files, {}, together)).chunks.filter((chunk) => chunk.atStart).length;
  // main.js itself, and the others: each with what other files need.
  equal(await atStart(), 3);
  equal(await atStart("call.ts"), 2);
});

Deno.test("a file imported as text is in the bundle as text", async () => {
  const { main } = await bundled({
    "main.ts": `import text from "./prelude.js" with { type: "text" }; console.log(text);`,
    "prelude.js": `function unique_name() { /* kept */ }`,
  });
  match(main, /function unique_name\(\) \{ \/\* kept \*\/ \}/);
});

Deno.test("constants are put in, and one without a value is undefined", async () => {
  const source = `declare const A: string, B: string | undefined; console.log(A, B);`;
  const { main } = await bundled({ "main.ts": source }, { A: "1.2.3", B: undefined });
  match(main, /console\.log\("1\.2\.3",void 0\)/);
});

Deno.test("what a `using` is to close is closed, also when its variable is used only once", async () => {
  const { main } = await bundled({
    "main.ts": `export function read(open: () => { path: string } & Disposable): string {
  using place = open();
  return place.path;
}`,
  });
  match(main, /using [a-zA-Z]+=/);
});

Deno.test("a node: module that would be loaded at every start stops the build", async () => {
  const main = `import "./other.ts"; export const late = () => import("./late.ts");`;
  const other = { "other.ts": `import { join } from "node:path"; console.log(join("a"));`, "late.ts": "" };
  await rejects(bundled({ "main.ts": main, ...other }), /main.js: node:path/);
});

Deno.test("a node: module imported when needed is fine, in its own chunk too", async () => {
  const { chunks } = await bundled({
    "main.ts":
      `export const late = () => import("./late.ts"); export const db = () => import("node:sqlite");`,
    "late.ts": `import { join } from "node:path"; export const path = join("a");`,
  });
  deepEqual(late(chunks).map((chunk) => chunk.external), [["node:path"]]);
});

Deno.test("a module that the start and a later chunk both need is in the bundle once", async () => {
  const files = {
    "main.ts":
      `import { shared } from "./shared.ts"; export const late = () => import("./late.ts"); console.log(shared);`,
    "late.ts": `import { shared } from "./shared.ts"; export const twice = shared + shared;`,
    "shared.ts": `export const shared = "something shared";`,
  };
  const { texts } = await bundled(files);
  equal(texts.filter((text) => text.includes("something shared")).length, 1, texts.join("\n---\n"));
});
