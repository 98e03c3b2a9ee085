import assert from "node:assert/strict";
import { Caller, grantOf, shown } from "./support.ts";
import { fsAppend as append } from "../../src/capability/fs_append.ts";
import { fsExists as exists } from "../../src/capability/fs_exists.ts";
import { fsList as list } from "../../src/capability/fs_list.ts";
import { fsMkdir as mkdir } from "../../src/capability/fs_mkdir.ts";
import { fsRead as read } from "../../src/capability/fs_read.ts";
import { fsReadlink as readlink } from "../../src/capability/fs_readlink.ts";
import { fsRemove as remove } from "../../src/capability/fs_remove.ts";
import { fsRename as rename } from "../../src/capability/fs_rename.ts";
import { fsStat as stat } from "../../src/capability/fs_stat.ts";
import { fsWrite as write } from "../../src/capability/fs_write.ts";

/** A folder, and a caller who may write in `in/` and read `see`. */
function world() {
  const root = Deno.makeTempDirSync();
  Deno.mkdirSync(`${root}/in`);
  Deno.writeTextFileSync(`${root}/see`, "seen");
  Deno.writeTextFileSync(`${root}/hidden`, "secret");
  const caller = new Caller(grantOf({ read: [`${root}/see`, "/proc/version"], write: [`${root}/in/**`] }));
  return { root, caller, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

Deno.test("files are read, written, added to, listed and looked at within the rules", async () => {
  using at = world();
  const { root, caller } = at;
  const does = async (...call: Parameters<typeof caller.call>) => shown(await caller.call(...call));
  assert.equal(await does(read, `${root}/see`), `"seen"`);
  assert.equal(await does(write, `${root}/in/a`, "one"), "null");
  assert.equal(await does(append, `${root}/in/a`, " two"), "null");
  assert.equal(await does(append, `${root}/in/new`, "first"), "null");
  assert.equal(await does(read, `${root}/in/a`), `"one two"`);
  assert.equal(await does(list, `${root}/in/*`), JSON.stringify([`${root}/in/a`, `${root}/in/new`]));
  assert.equal(await does(exists, `${root}/in/none`), "false");
  assert.equal(await does(stat, `${root}/in/none`), "null");
  assert.equal(await does(exists, `${root}/in/none/below`), "false");
  assert.equal(await does(stat, `${root}/in/a/below`), "null");
  assert.equal(await does(exists, `${root}/in/a`), "true");
  assert.match(await does(stat, `${root}/in/a`), /"kind":"file".*"size":7/);
  assert.equal(await does(mkdir, `${root}/in/d`), "null");
  assert.equal(await does(rename, `${root}/in/a`, `${root}/in/d/b`), "null");
  assert.equal(await does(remove, `${root}/in/d/b`), "true");
  assert.match(await does(read, "/proc/version"), /Linux/, "the kernel's files too, through a helper");
});

Deno.test("a text that no rule allows is neither read nor told to exist", async () => {
  using at = world();
  const { root, caller } = at;
  for (const capability of [read, exists, stat, readlink]) {
    assert.match(shown(await caller.call(capability, `${root}/hidden`)), /^NotAllowed .*add to allow\.read/);
    assert.match(shown(await caller.call(capability, `${root}/none`)), /^NotAllowed/);
  }
  assert.match(shown(await caller.call(list, `${root}/*`)), new RegExp(`^\\["${root}/see"\\]$`));
  assert.match(shown(await caller.call(list, "/root/*")), /^(NotAllowed|\[\])/);
  assert.match(shown(await caller.call(write, `${root}/see`, "x")), /^NotAllowed .*allow\.write/);
});

Deno.test("a replaced file keeps its owner and permissions, and a failed one leaves nothing beside it", async () => {
  using at = world();
  const { root, caller } = at;
  Deno.writeTextFileSync(`${root}/in/a`, "old");
  Deno.chmodSync(`${root}/in/a`, 0o604);
  assert.equal(shown(await caller.call(write, `${root}/in/a`, "new")), "null");
  assert.equal(Deno.statSync(`${root}/in/a`).mode! & 0o777, 0o604);
  Deno.mkdirSync(`${root}/in/d`);
  assert.match(shown(await caller.call(write, `${root}/in/d`, "x")), /^EISDIR/);
  assert.deepEqual([...Deno.readDirSync(`${root}/in`)].map(({ name }) => name).sort(), ["a", "d"]);
});

Deno.test("what is too large is refused, for reading and writing", async () => {
  using at = world();
  const { root, caller } = at;
  Deno.writeFileSync(`${root}/in/big`, new Uint8Array(8 * 1024 * 1024 + 1));
  assert.match(shown(await caller.call(read, `${root}/in/big`)), /^EFBIG/);
  assert.match(
    shown(await caller.call(write, `${root}/in/b`, "x".repeat(8 * 1024 * 1024 + 1))),
    /larger than 8 MiB/,
  );
  for (const args of [[1, "x"], [`${root}/in/b`, true], [`${root}/in/b`, {}], [null, null]]) {
    assert.match(shown(await caller.call(write, ...args)), /^TypeError/);
  }
  assert.equal(shown(await caller.call(write, `${root}/in/b`, 1)), "null");
  assert.equal(Deno.readTextFileSync(`${root}/in/b`), "1");
});

Deno.test("a file of the kernel's is written in place, and none is made or added to", {
  ignore: Deno.uid() !== 0,
}, async () => {
  const file = `/proc/${Deno.pid}/oom_score_adj`;
  const caller = new Caller(grantOf({ write: [file, "/proc/sys/*", "/proc/sys/vm"] }));
  const does = async (...call: Parameters<typeof caller.call>) => shown(await caller.call(...call));
  const before = Deno.readTextFileSync(file);
  try {
    assert.equal(await does(write, file, "7"), "null");
    assert.equal(await does(read, file), JSON.stringify("7\n"));
    assert.match(await does(write, file, "no number"), /^EINVAL/);
    assert.match(await does(append, file, "8"), /^EINVAL .*a kernel file/);
    assert.match(await does(write, "/proc/sys/none", "x"), /^ENOENT/);
    assert.match(await does(write, "/proc/sys/vm", "x"), /^EISDIR/);
    assert.match(await does(read, "/proc/sys/vm"), /^EISDIR/);
    assert.match(await does(read, "/proc/sys/none"), /^ENOENT/);
  } finally {
    Deno.writeTextFileSync(file, before);
  }
});
