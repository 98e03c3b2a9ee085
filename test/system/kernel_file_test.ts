import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import { walk } from "../../src/system/file.ts";
import {
  readKernelFile,
  readKernelFiles,
  writeKernelFile,
  writeKernelFiles,
} from "../../src/system/kernel_file.ts";
import { Loop } from "../../src/system/loop.ts";
import { SystemError } from "../../src/system/system_error.ts";

/** A folder with a file and FIFOs that nobody opens, which stand in for a stuck kernel. */
function folder(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${path}/file`, "a longer old text");
  // Two: who was left behind at the writing end of one would let a reader of it in.
  new Deno.Command("mkfifo", { args: [`${path}/stuck`, `${path}/stuck too`] }).outputSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("writeKernelFile() writes the whole text and nothing of the old one stays", () => {
  using at = folder();
  using place = walk(`${at.path}/file`, false);
  writeKernelFile(place, "new", new Loop(), Deadline.in(5000));
  assert.equal(Deno.readTextFileSync(`${at.path}/file`), "new");
  assert.equal(readKernelFile(place, 100, new Loop(), Deadline.in(5000)), "new");
  assert.equal(readKernelFile(place, 2, new Loop(), Deadline.in(5000)), undefined, "more than the limit");
});

Deno.test("a file whose opening blocks for ever is given up at the deadline, and the others are written", () => {
  using at = folder();
  using stuck = walk(`${at.path}/stuck`, false);
  using file = walk(`${at.path}/file`, false);
  const started = performance.now();
  const jobs = [{ place: stuck, text: "x" }, { place: file, text: "y" }];
  const [first, second] = writeKernelFiles(jobs, new Loop(), Deadline.in(300));
  const took = performance.now() - started;
  assert.equal(first?.code, "ETIMEDOUT");
  assert.equal(second, undefined);
  assert.equal(Deno.readTextFileSync(`${at.path}/file`), "y");
  assert.ok(took >= 290 && took < 2000, `${took} ms`);
  using other = walk(`${at.path}/stuck too`, false);
  assert.throws(() => readKernelFile(other, 10, new Loop(), Deadline.in(100)), { code: "ETIMEDOUT" });
});

Deno.test("what the kernel refuses comes back with its own name for it", { ignore: Deno.uid() !== 0 }, () => {
  const code = (path: string, text: string) => {
    using place = walk(path, true);
    try {
      writeKernelFile(place, text, new Loop(), Deadline.in(5000));
      return undefined;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return error.code;
    }
  };
  assert.equal(code("/proc/sys/vm/swappiness", "not a number"), "EINVAL");
  assert.equal(code("/proc/version", "x"), "EIO");
  assert.equal(code("/proc/sys", "x"), "EISDIR");
});

Deno.test("a link put in the file's place after it was looked at is never followed", () => {
  using at = folder();
  Deno.writeTextFileSync(`${at.path}/secret`, "untouched");
  using place = walk(`${at.path}/file`, false);
  Deno.removeSync(`${at.path}/file`);
  Deno.symlinkSync(`${at.path}/secret`, `${at.path}/file`);
  assert.throws(() => writeKernelFile(place, "evil", new Loop(), Deadline.in(5000)));
  assert.equal(Deno.readTextFileSync(`${at.path}/secret`), "untouched");
});

Deno.test("many files are read and written a few at a time by few helpers, each with its own outcome", () => {
  using at = folder();
  const names = Array.from({ length: 40 }, (_, i) => `${at.path}/many-${i}`);
  const texts = names.map((_, i) => i === 5 ? "==> /proc/self/fd/3 <==\n" : i === 6 ? "" : `text ${i}\n`);
  names.forEach((name, i) => Deno.writeTextFileSync(name, texts[i]!));
  using places = new DisposableStack();
  const all = names.map((name) => places.use(walk(name, false)));
  assert.deepEqual(readKernelFiles(all, 100, new Loop(), Deadline.in(10_000)), texts);

  Deno.removeSync(names[20]!);
  Deno.mkdirSync(names[20]!);
  const jobs = all.map((place) => ({ place, text: "same" }));
  const results = writeKernelFiles(jobs, new Loop(), Deadline.in(10_000));
  results.forEach((error, i) => assert.equal(error?.code, i === 20 ? "EISDIR" : undefined, `file ${i}`));
  names.forEach((name, i) => i !== 20 && assert.equal(Deno.readTextFileSync(name), "same"));
  const read = readKernelFiles(all, 100, new Loop(), Deadline.in(10_000));
  read.forEach((text, i) =>
    i === 20 ? assert.ok(text instanceof SystemError && text.code === "EISDIR") : assert.equal(text, "same")
  );
});
