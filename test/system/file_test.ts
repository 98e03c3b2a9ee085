import assert from "node:assert/strict";
import { close } from "../../src/system/descriptor.ts";
import {
  fileStatus,
  linkStatus,
  listDirectory,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_WRONLY,
  readAll,
  readLink,
  realPath,
  setOwnerAndMode,
  statusOf,
  walk,
  writeAll,
} from "../../src/system/file.ts";
import { SystemError } from "../../src/system/system_error.ts";

function inFolder(act: (folder: string) => void) {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    act(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const withCode = (code: string) => (error: unknown) => error instanceof SystemError && error.code === code;

Deno.test("a file's status is what the kernel says", () =>
  inFolder((folder) => {
    const path = `${folder}/file`;
    Deno.writeTextFileSync(path, "12345");
    Deno.chmodSync(path, 0o4751);
    Deno.symlinkSync("file", `${folder}/link`);
    const status = fileStatus(path);
    const info = Deno.statSync(path);
    assert.deepEqual([status?.kind, status?.mode, status?.size, status?.links], ["file", 0o4751, 5, 1]);
    assert.deepEqual([status?.uid, status?.gid, status?.inode], [info.uid, info.gid, BigInt(info.ino ?? 0)]);
    assert.equal(Number((status?.modifiedNs ?? 0n) / 1_000_000n), info.mtime?.getTime());
    assert.equal(fileStatus(`${folder}/link`)?.inode, status?.inode);
    assert.equal(linkStatus(`${folder}/link`)?.kind, "symlink");
    assert.equal(readLink(`${folder}/link`), "file");
    assert.equal(fileStatus(folder)?.kind, "directory");
    assert.equal(fileStatus("/dev/null")?.kind, "character device");
    assert.equal(fileStatus(`${folder}/nothing`), undefined);
    assert.equal(fileStatus(`${path}/below`), undefined);
  }));

Deno.test("walk() resolves every link on the way and tells the real path", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/a/b`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/a/b/file`, "");
    Deno.symlinkSync("a/b", `${folder}/down`);
    Deno.symlinkSync(`${folder}/a`, `${folder}/absolute`);
    Deno.symlinkSync("../b/file", `${folder}/a/b/up`);
    Deno.symlinkSync("down", `${folder}/twice`);
    const table: [path: string, real: string][] = [
      ["a/b/file", "a/b/file"],
      ["down/file", "a/b/file"],
      ["twice/file", "a/b/file"],
      ["absolute/b/file", "a/b/file"],
      ["a/b/up", "a/b/file"],
      ["twice", "a/b"],
      ["a//b/./file", "a/b/file"],
      ["a/b/new", "a/b/new"],
      ["down/new", "a/b/new"],
    ];
    for (const [path, real] of table) assert.equal(realPath(`${folder}/${path}`), `${folder}/${real}`, path);
    using kept = walk(`${folder}/twice`, false);
    assert.equal(kept.path, `${folder}/twice`);
    assert.equal(kept.readLink(), "down");
    assert.equal(realPath("/"), "/");
  }));

Deno.test("walk() refuses what is no directory, is missing, or goes round in circles", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    Deno.symlinkSync("loop", `${folder}/loop`);
    Deno.symlinkSync("b", `${folder}/a`);
    Deno.symlinkSync("a", `${folder}/b`);
    assert.throws(() => walk(`${folder}/file/x`, true), withCode("ENOTDIR"));
    assert.throws(() => walk(`${folder}/none/x`, true), withCode("ENOENT"));
    assert.throws(() => walk(`${folder}/loop`, true), withCode("ELOOP"));
    assert.throws(() => walk(`${folder}/a/x`, true), withCode("ELOOP"));
    assert.throws(() => walk(`${folder}/${"x".repeat(300)}/y`, true), withCode("ENAMETOOLONG"));
    assert.throws(() => walk(`${folder}/a\0b`, true), TypeError);
  }));

Deno.test("a place opens what it was walked to, though the directory was swapped meanwhile", () =>
  inFolder((folder) => {
    for (const name of ["real", "other"]) {
      Deno.mkdirSync(`${folder}/${name}`);
      Deno.writeTextFileSync(`${folder}/${name}/file`, name);
    }
    using place = walk(`${folder}/real/file`, true);
    Deno.renameSync(`${folder}/real`, `${folder}/away`);
    Deno.symlinkSync("other", `${folder}/real`);
    const fd = place.open(O_RDONLY);
    assert.equal(new TextDecoder().decode(readAll(fd, 100)), "real");
    close(fd);
  }));

Deno.test("a place never follows a link in the last place, and never waits for a FIFO", async () => {
  const folder = Deno.makeTempDirSync();
  await new Deno.Command("mkfifo", { args: [`${folder}/fifo`] }).output();
  Deno.symlinkSync("/etc/passwd", `${folder}/link`);
  using link = walk(`${folder}/link`, false);
  assert.throws(() => link.open(O_RDONLY), withCode("ELOOP"));
  using fifo = walk(`${folder}/fifo`, true);
  assert.throws(() => fifo.open(O_WRONLY), withCode("ENXIO"));
  close(fifo.open(O_RDONLY));
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("a file is made, written, read, given an owner, renamed and removed by its place", () =>
  inFolder((folder) => {
    using place = walk(`${folder}/file`, true);
    assert.equal(place.status(), undefined);
    const fd = place.open(O_WRONLY | O_CREAT | O_EXCL, 0o600);
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    writeAll(fd, bytes);
    setOwnerAndMode(fd, { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 }, 0o640);
    assert.equal(statusOf(fd).mode, 0o640);
    close(fd);
    assert.throws(() => place.open(O_WRONLY | O_CREAT | O_EXCL), withCode("EEXIST"));
    const again = place.open(O_RDONLY);
    assert.deepEqual(readAll(again, 60_000), bytes);
    close(again);
    const small = place.open(O_RDONLY);
    assert.equal(readAll(small, 59_999), undefined);
    close(small);
    using target = walk(`${folder}/target`, true);
    target.replaceBy("file");
    assert.equal(fileStatus(`${folder}/file`), undefined);
    assert.equal(fileStatus(`${folder}/target`)?.size, 60_000);
    target.unlink();
    assert.equal(target.status(), undefined);
    assert.throws(() => target.unlink(), withCode("ENOENT"));
  }));

Deno.test("a directory's names come sorted, all of them, whatever they hold", () =>
  inFolder((folder) => {
    const names = ["b", "a", ".hidden", "a b", "line\nbreak", "é"];
    for (let i = 0; i < 2_000; i++) names.push(`file ${String(i).padStart(5, "0")} ${"x".repeat(100)}`);
    for (const name of names) Deno.writeTextFileSync(`${folder}/${name}`, "");
    assert.deepEqual(listDirectory(folder), [...names].sort());
    assert.equal(listDirectory(`${folder}/none`), undefined);
    assert.equal(listDirectory(`${folder}/a`), undefined);
  }));
