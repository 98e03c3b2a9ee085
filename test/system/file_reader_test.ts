import assert from "node:assert/strict";
import { isTrouble } from "../../src/system/file_reader.ts";
import { fileReader } from "../../src/system/file_reader.ts";

function inFolder(act: (folder: string) => void) {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    act(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The paths of a chain's steps, or its trouble. */
function chain(path: string): string[] | string {
  const steps = fileReader.chain(path);
  return isTrouble(steps) ? steps.trouble : steps.map((step) => step.path);
}

Deno.test("a chain holds every step from the root on", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "x");
    Deno.chmodSync(`${folder}/file`, 0o640);
    const parts = folder.slice(1).split("/");
    const above = parts.map((_, i) => `/${parts.slice(0, i + 1).join("/")}`);
    assert.deepEqual(chain(`${folder}/file`), ["/", ...above, `${folder}/file`]);
    const steps = fileReader.chain(`${folder}/file`);
    const last = isTrouble(steps) ? undefined : steps.at(-1);
    const info = Deno.statSync(`${folder}/file`);
    assert.deepEqual([last?.mode, last?.uid, last?.isFile, last?.isSymlink], [0o640, info.uid, true, false]);
    assert.deepEqual([last?.device, last?.inode], [String(info.dev), BigInt(info.ino ?? 0)]);
  }));

Deno.test("after a link a chain holds every step of where it leads, from the root on", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/real`);
    Deno.writeTextFileSync(`${folder}/real/file`, "x");
    Deno.symlinkSync("real", `${folder}/relative`);
    Deno.symlinkSync(`${folder}/relative/../real/file`, `${folder}/absolute`);
    const steps = chain(`${folder}/absolute`);
    assert.ok(Array.isArray(steps));
    assert.equal(steps.at(-1), `${folder}/real/file`);
    assert.ok(steps.includes(`${folder}/absolute`));
    assert.equal(steps.filter((step) => step === "/").length, 3);
    const through = chain(`${folder}/relative/file`);
    assert.equal(through.at(-1), `${folder}/real/file`);
  }));

Deno.test("`..` in a link's text is the parent of where the part before it leads, as for the kernel", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/far/away`, { recursive: true });
    for (const name of ["file", "far/file"]) Deno.writeTextFileSync(`${folder}/${name}`, "x");
    Deno.symlinkSync("far/away", `${folder}/near`);
    Deno.symlinkSync("near/../file", `${folder}/link`);
    assert.equal(Deno.realPathSync(`${folder}/link`), `${folder}/far/file`);
    assert.equal(chain(`${folder}/link`).at(-1), `${folder}/far/file`);
  }));

Deno.test("what is missing, leads nowhere or goes in circles is told apart", () =>
  inFolder((folder) => {
    Deno.symlinkSync("nowhere", `${folder}/dangling`);
    Deno.symlinkSync("circle", `${folder}/circle`);
    assert.equal(chain(`${folder}/none`), "missing");
    assert.equal(chain(`${folder}/none/below`), "missing");
    assert.equal(chain(`${folder}/dangling`), "other");
    assert.equal(chain(`${folder}/circle`), "other");
  }));

Deno.test("what is missing in a directory that a link leads to is missing, as in any other", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/far/away`, { recursive: true });
    Deno.symlinkSync("../far", `${folder}/far/near`);
    Deno.symlinkSync("far/near/away", `${folder}/link`);
    Deno.symlinkSync("far/near/gone", `${folder}/dangling`);
    assert.equal(chain(`${folder}/link/none`), "missing");
    assert.equal(chain(`${folder}/link/none/below`), "missing");
    assert.equal(chain(`${folder}/dangling/none`), "other");
  }));

Deno.test("a file is read whole, and not when it is too large", () =>
  inFolder((folder) => {
    const bytes = crypto.getRandomValues(new Uint8Array(5_000));
    Deno.writeFileSync(`${folder}/file`, bytes);
    const read = fileReader.read(`${folder}/file`, 5_000);
    assert.ok(!isTrouble(read));
    assert.deepEqual(read.bytes, bytes);
    const info = Deno.statSync(`${folder}/file`);
    assert.deepEqual([read.device, read.inode], [String(info.dev), BigInt(info.ino ?? 0)]);
    const large = fileReader.read(`${folder}/file`, 4_999);
    assert.deepEqual(large, { trouble: "other", message: `${folder}/file is larger than 4999 bytes` });
    Deno.writeTextFileSync(`${folder}/empty`, "");
    const empty = fileReader.read(`${folder}/empty`, 10);
    assert.ok(!isTrouble(empty) && empty.bytes.length === 0);
  }));

Deno.test("a directory's names are listed, or its trouble told", () =>
  inFolder((folder) => {
    for (const name of ["b.js", "a.js", ".c"]) Deno.writeTextFileSync(`${folder}/${name}`, "");
    const names = fileReader.list(folder);
    assert.ok(!isTrouble(names));
    assert.deepEqual([...names].sort(), [".c", "a.js", "b.js"]);
    const missing = fileReader.list(`${folder}/none`);
    assert.equal(isTrouble(missing) && missing.trouble, "missing");
    const file = fileReader.list(`${folder}/a.js`);
    assert.equal(isTrouble(file) && file.trouble, "other");
  }));
