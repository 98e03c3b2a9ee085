import { join } from "node:path";
import { npmFolder } from "../../build/npm_folder.ts";
import assert from "node:assert/strict";

const LICENSES = new URL("../../packaging/licenses/", import.meta.url);
const RUNTIME = new URL("../../.tools/denort", import.meta.url);
const read = (name: string) => Deno.readTextFileSync(new URL(name, LICENSES));
const files = [...Deno.readDirSync(LICENSES)].map(({ name }) => name);

/** Names and versions of crates, by the paths of their sources that Rust leaves in a program. */
function cratesIn(program: Uint8Array): Set<string> {
  const found = new Set<string>();
  const text = new TextDecoder("latin1").decode(program);
  for (const [, crate] of text.matchAll(/registry\/src\/[^/\0]+\/([a-zA-Z0-9_.+-]+)\//g)) found.add(crate!);
  return found;
}

Deno.test("the list of crates names every crate that the runtime has", () => {
  const list = new Set(read("rust-crates.txt").split("\n"));
  const crates = cratesIn(Deno.readFileSync(RUNTIME));
  assert.ok(crates.size > 250, `${crates.size} crates`);
  assert.deepEqual([...crates].filter((crate) => !list.has(crate)), []);
});

Deno.test("what is in the runtime and is no crate, or leaves no path, has a line of its own", () => {
  const runtime = new TextDecoder("latin1").decode(Deno.readFileSync(RUNTIME));
  const marks = {
    "third_party/abseil-cpp": "Abseil",
    "third_party/libc++": "libc++",
    "/lcms2-": "Little CMS",
    "/libffi-": "libffi",
    "ZSTD_trace_compress_begin": "zstd",
    "ISRG Root X1": "Mozilla's list of certification authorities",
    "SQLite format 3": "SQLite",
  };
  const list = read("README.md");
  for (const [mark, name] of Object.entries(marks)) {
    if (runtime.includes(mark)) assert.ok(list.includes(name), `${mark} is in the runtime`);
  }
  const lines = list.split("\n");
  assert.deepEqual(lines.filter((line, i) => line !== "" && lines.indexOf(line) !== i), []);
});

Deno.test("every text that a list of licences names is there, and none is there for nothing", () => {
  const lists = read("README.md") + read("rust-crates.txt");
  for (const [, name] of lists.matchAll(/\b([\w.-]+\.txt)\b/g)) assert.ok(files.includes(name!), name);
  const named = (file: string) => lists.includes(file) || lists.includes(file.replace(/\.txt$/, ""));
  assert.deepEqual(files.filter((file) => file !== "README.md" && !named(file)), []);
});

Deno.test("the licences of our own npm packages are those that the packages hold", () => {
  const packages = {
    "@noble/hashes": "noble-hashes.txt",
    yaml: "yaml.txt",
    "@jitl/quickjs-ng-wasmfile-release-sync": "quickjs.txt",
  };
  for (const [name, file] of Object.entries(packages)) {
    assert.equal(read(file), Deno.readTextFileSync(join(npmFolder(name), "LICENSE")));
  }
});
