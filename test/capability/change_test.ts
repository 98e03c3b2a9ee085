import assert from "node:assert/strict";
import { Caller, grantOf, shown } from "./support.ts";
import { CAPABILITIES } from "../../src/capability/capabilities.ts";
import type { Json } from "../../src/base/json.ts";

/** A folder whose `in/` may be changed, and a caller who may. */
function world() {
  const root = Deno.makeTempDirSync();
  Deno.mkdirSync(`${root}/in`);
  Deno.writeTextFileSync(`${root}/out`, "out");
  const caller = new Caller(grantOf({ write: [`${root}/in/**`] }));
  return {
    root,
    call: async (name: string, ...args: Json[]) => shown(await caller.call(CAPABILITIES.get(name)!, ...args)),
    mode: (path: string) => (Deno.statSync(`${root}/${path}`).mode ?? 0) & 0o7777,
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

Deno.test("modes are numbers or octal texts, without set-id bits", async () => {
  using at = world();
  const { root, call, mode } = at;
  const file = `${root}/in/a`;
  Deno.writeTextFileSync(file, "");
  for (
    const [given, bits] of [["640", 0o640], ["0604", 0o604], ["1777", 0o1777], [0o600, 0o600], [
      0,
      0,
    ]] as const
  ) {
    assert.equal(await call("fs.chmod", file, given), "null");
    assert.equal(mode("in/a"), bits, String(given));
  }
  for (const given of ["4755", "8", "64", "x640", "640x", 0o2000, -1, 1.5, null, [], {}]) {
    assert.match(
      await call("fs.chmod", file, given),
      /^TypeError host\.fs\.chmod: mode must be/,
      JSON.stringify(given),
    );
  }
  assert.equal(mode("in/a"), 0);
});

Deno.test("mkdir makes one directory with its mode, and is content with one that is there", async () => {
  using at = world();
  const { root, call, mode } = at;
  assert.equal(await call("fs.mkdir", `${root}/in/d`), "null");
  assert.equal(mode("in/d"), 0o755);
  assert.equal(await call("fs.mkdir", `${root}/in/e`, { mode: 0o700 }), "null");
  assert.equal(mode("in/e"), 0o700);
  assert.equal(await call("fs.mkdir", `${root}/in/f`, "711"), "null");
  assert.equal(mode("in/f"), 0o711);
  assert.equal(await call("fs.mkdir", `${root}/in/d`, { mode: 0o700 }), "null");
  assert.equal(mode("in/d"), 0o755, "one that is there stays as it is");
  Deno.writeTextFileSync(`${root}/in/a`, "");
  assert.match(await call("fs.mkdir", `${root}/in/a`), /^EEXIST/);
  assert.match(await call("fs.mkdir", `${root}/in/none/d`), /^ENOENT/);
});

Deno.test("what a link leads to is changed, and a link itself is removed and renamed", async () => {
  using at = world();
  const { root, call, mode } = at;
  Deno.writeTextFileSync(`${root}/in/a`, "a");
  Deno.symlinkSync("a", `${root}/in/link`);
  Deno.symlinkSync("../out", `${root}/in/way-out`);
  assert.equal(await call("fs.chmod", `${root}/in/link`, 0o600), "null");
  assert.equal(mode("in/a"), 0o600);
  assert.match(await call("fs.stat", `${root}/in/link`), /"kind":"file".*"size":1,/);
  assert.equal(await call("fs.readlink", `${root}/in/link`), `"a"`);
  for (
    const [name, ...args] of [["fs.chmod", 0o600], ["fs.write", "x"], ["fs.append", "x"], [
      "fs.chown",
      0,
    ]] as const
  ) {
    assert.match(
      await call(name, `${root}/in/way-out`, ...args),
      /^NotAllowed .*way-out resolves to .*\/out/,
      name,
    );
  }
  assert.equal(await call("fs.rename", `${root}/in/way-out`, `${root}/in/moved`), "null");
  assert.equal(await call("fs.remove", `${root}/in/moved`), "true");
  assert.equal(await call("fs.remove", `${root}/in/moved`), "false");
  assert.equal(Deno.readTextFileSync(`${root}/out`), "out");
});

Deno.test("a file with two names keeps its mode and owner, whichever is asked for", async () => {
  using at = world();
  const { root, call } = at;
  Deno.linkSync(`${root}/out`, `${root}/in/second`);
  for (
    const [name, ...args] of [["fs.chmod", 0o600], ["fs.chown", 0, 0], ["fs.write", "x"], [
      "fs.append",
      "x",
    ]] as const
  ) {
    assert.match(await call(name, `${root}/in/second`, ...args), /^EINVAL .*names \(hard links\)/, name);
  }
  assert.match(await call("fs.rename", `${root}/in/none`, `${root}/in/second`), /^ENOENT/);
  Deno.writeTextFileSync(`${root}/in/a`, "a");
  assert.match(await call("fs.rename", `${root}/in/a`, `${root}/in/second`), /^EINVAL/);
});

Deno.test(
  "chown takes names, numbers and null, and says what it does not know",
  { ignore: Deno.uid() !== 0 },
  async () => {
    using at = world();
    const { root, call } = at;
    const file = `${root}/in/a`;
    const owner = () => [Deno.statSync(file).uid, Deno.statSync(file).gid];
    Deno.writeTextFileSync(file, "");
    assert.equal(await call("fs.chown", file, 12, 34), "null");
    assert.deepEqual(owner(), [12, 34]);
    assert.equal(await call("fs.chown", file, null, "root"), "null");
    assert.deepEqual(owner(), [12, 0]);
    assert.equal(await call("fs.chown", file, "root"), "null");
    assert.deepEqual(owner(), [0, 0]);
    for (const user of ["nobody-of-that-name", -1, 1.5, 0xffffffff, [], true]) {
      assert.match(
        await call("fs.chown", file, user),
        /^TypeError host\.fs\.chown: the user .* does not exist/,
        JSON.stringify(user),
      );
    }
    assert.match(
      await call("fs.chown", file, 1, "no-such-group"),
      /^TypeError host\.fs\.chown: the group .* does not exist/,
    );
    assert.deepEqual(owner(), [0, 0]);
  },
);

Deno.test("wrong first arguments are the handler's mistake, and say what is wanted", async () => {
  using at = world();
  const cases: [name: string, args: Json[], message: RegExp][] = [
    ["fs.list", [1], /first argument must be a glob/],
    ["fs.list", ["relative/*"], /^TypeError host\.fs\.list: relative/],
    ["fs.set", [1, "x"], /first argument must be a path or a glob/],
    ["fs.set", ["relative", "x"], /^TypeError host\.fs\.set: "relative"/],
    ["fs.set", [`${at.root}/in/a`, "x".repeat(65_537)], /larger than 64 KiB/],
    ["fs.read", [`${at.root}/in/../out`], /^TypeError host\.fs\.read: ".*\.\./],
    ["fs.rename", [`${at.root}/in/a`, 1], /second argument must be a path/],
  ];
  for (const [name, args, message] of cases) assert.match(await at.call(name, ...args), message, name);
});
