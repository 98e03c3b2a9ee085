/**
 * Handlers whose files lie on a file system that does not answer: they end at their own deadline, and what follows
 * them goes on.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { HAS_FUSE, whileHanging } from "./fuse.ts";
import { exists, HAS_NAMESPACES, Host } from "./support.ts";

/** Later than a deadline by no more than this, in milliseconds; machines are slow. */
const ALLOWED_MS = 1_500;
const MOUNT = "/mnt/hangs";
const GRANT = `allow:\n  read: ["/mnt/**"]\n  write: ["/mnt/**"]\n` +
  `  scripts: [/mnt/here/scripts]\n` +
  `  exec: ["${MOUNT}/program ...", /mnt/here/script, /mnt/here/argument, /mnt/here/scripts/program, program-that-hangs, "cat *"]`;

/** A folder of PATH with a link to the program there, if it is not the folder of `mount` itself. */
const IN_PATH =
  `mount -t tmpfs -o mode=755 none /usr/sbin; ln -s ${MOUNT}/program /usr/sbin/program-that-hangs`;
const HAS_SBIN = !Deno.realPathSync("/usr/sbin").endsWith("/bin");

/** What a handler does, and what of it never gets an answer. */
const CALLS: [what: string, operation: string, name: string, body: string][] = [
  ["fs.exists, in lookup", "lookup", "file", `await host.fs.exists("${MOUNT}/file");`],
  ["fs.stat, in getattr", "getattr", "*", `await host.fs.stat("${MOUNT}/file");`],
  ["fs.read, in open", "open", "file", `await host.fs.read("${MOUNT}/file");`],
  ["fs.read, in read", "read", "file", `await host.fs.read("${MOUNT}/file");`],
  ["fs.read by a link, in read", "read", "file", `await host.fs.read("/mnt/hangs/link");`],
  ["fs.list, in readdir", "readdir", "*", `await host.fs.list("${MOUNT}/*");`],
  ["fs.write, in create", "create", "*", `await host.fs.write("${MOUNT}/new", "x");`],
  ["fs.write, in write", "write", "*", `await host.fs.write("${MOUNT}/file", "x");`],
  ["fs.write, in rename", "rename", "*", `await host.fs.write("${MOUNT}/file", "x");`],
  ["fs.append, in write", "write", "file", `await host.fs.append("${MOUNT}/file", "x");`],
  ["fs.mkdir, in mkdir", "mkdir", "*", `await host.fs.mkdir("${MOUNT}/folder");`],
  ["fs.remove, in unlink", "unlink", "*", `await host.fs.remove("${MOUNT}/file");`],
  ["fs.chmod, in setattr", "setattr", "file", `await host.fs.chmod("${MOUNT}/file", 0o600);`],
  ["fs.set, in read", "read", "file", `await host.fs.set("${MOUNT}/file", "x");`],
  ["fs.set, in write", "write", "*", `await host.fs.set("${MOUNT}/file", "x");`],
  ["exec, in lookup", "lookup", "program", `await host.exec("${MOUNT}/program", []);`],
  ["exec, in open", "open", "program", `await host.exec("${MOUNT}/program", []);`],
  ["exec, in read", "read", "program", `await host.exec("${MOUNT}/program", []);`],
  ["a command that hangs, in read", "read", "file", `await host.exec("cat", ["${MOUNT}/file"]);`],
  ["undo, in lookup", "lookup", "program", `await host.undo("${MOUNT}/program", []);`],
  // What leads there from elsewhere.
  ["fs.list by a link, in readdir", "readdir", "*", `await host.fs.list("/mnt/here/link/*");`],
  ["fs.list of what links lead to, in readdir", "readdir", "*", `await host.fs.list("/mnt/here/*/*");`],
  ["fs.write by a link, in lookup", "lookup", "*", `await host.fs.write("/mnt/here/link/new", "x");`],
  ["scripts.list by a link, in getattr", "getattr", "*", `await host.scripts.list("/mnt/here/scripts");`],
  ["exec by a link, in lookup", "lookup", "program", `await host.exec("/mnt/here/scripts/program", []);`],
  ["exec by a link in PATH, in lookup", "lookup", "program", `await host.exec("program-that-hangs", []);`],
  ["exec of a script for it, in open", "open", "program", `await host.exec("/mnt/here/script", []);`],
  ["exec of a script for it, in lookup", "lookup", "program", `await host.exec("/mnt/here/script", []);`],
  ["exec of a script with it, in lookup", "lookup", "program", `await host.exec("/mnt/here/argument", []);`],
  ["a denied path, in getattr", "getattr", "*", `await host.fs.read("/mnt/here/file");`],
];

for (const [what, operation, name, body] of CALLS) {
  Deno.test({
    name: `${what}: a handler ends at its own time, and the next has its turn`,
    ignore: !HAS_FUSE || !HAS_NAMESPACES || (what.includes("PATH") && !HAS_SBIN),
    async fn() {
      using host = new Host();
      const source = shared(host);
      const here = elsewhere(host);
      if (what.startsWith("a denied path")) {
        host.file("config.yaml", `policy: {deny: {read: ["/mnt/*/denied/**"]}}\n`);
      }
      host.handler("10-a", `on: [qemu/reconnect]\ntimeout: 1s\n${GRANT}`, body);
      host.handler("20-b", "on: [qemu/reconnect]", "host.log.info('had its turn');");
      const hang = { operation, name, source, mountpoint: MOUNT };
      const ended = await whileHanging(host, hang, ["qemu", "v1", "reconnect", "begin", "-"], {
        prepare: what.includes("PATH") ? `${here}\n${IN_PATH}` : here,
      });
      assert.deepEqual([ended.code, ended.stderr], [0, ""]);
      const { handlers } = host.record();
      assert.deepEqual(handlers.map(({ name, outcome }) => [name, outcome]), [
        ["10-a", "timeout"],
        ["20-b", "success"],
      ]);
      const [first] = handlers;
      assert.ok(first!.ms < 1_000 + ALLOWED_MS, `${first!.ms} ms`);
      assert.match(first!.message ?? "", /^timed out after \d+ ms, waiting for /);
      // What may yet be done is said.
      assert.match(first!.calls.at(-1)?.error ?? "", /may yet be done/);
    },
  });
}

Deno.test({
  name: "on a file system that answers everything is as elsewhere",
  ignore: !HAS_FUSE || !HAS_NAMESPACES,
  async fn() {
    using host = new Host();
    const source = shared(host);
    host.handler(
      "10-a",
      `on: [qemu/prepare]\n${GRANT}`,
      `await host.fs.write("${MOUNT}/new", "written");
       await host.fs.append("${MOUNT}/new", " more");
       const text = await host.fs.read("${MOUNT}/new");
       const link = await host.fs.read("${MOUNT}/link");
       const list = await host.fs.list("${MOUNT}/*");
       const missing = await host.fs.exists("${MOUNT}/missing");
       const { stdout, code } = await host.exec("${MOUNT}/program", ["a b"]);
       await host.fs.set("${MOUNT}/file", "set");
       await host.undo("${MOUNT}/program", ["undone"]);
       let refused = "";
       try { await host.fs.read("${MOUNT}/out"); } catch (error) { refused = error.name; }
       host.log.info("seen", { text, link, list, missing, stdout, code, refused });`,
    );
    const hang = { operation: "nothing", name: "", source, mountpoint: MOUNT };
    const ended = await whileHanging(host, hang, ["qemu", "v1", "prepare", "begin", "-"]);
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    const seen = host.record().handlers[0]!.calls.find(({ call }) => call === "log")?.fields;
    assert.deepEqual(seen, {
      text: "written more",
      link: "text\n",
      list: ["file", "link", "new", "out", "program"].map((name) => `${MOUNT}/${name}`),
      missing: false,
      stdout: "a b\n",
      code: 0,
      refused: "NotAllowed",
    });
    assert.equal(Deno.readTextFileSync(join(source, "file")), "set");
    const release = await whileHanging(host, hang, ["qemu", "v1", "release", "end", "-"]);
    assert.equal(release.code, 0);
    assert.equal(Deno.readTextFileSync(join(source, "file")), "text\n");
    assert.deepEqual(host.record().undone?.map(({ ok }) => ok), [true, true]);
    assert.equal(Deno.readTextFileSync(join(source, "ran")).trim().split("\n").at(-1), "undone");
  },
});

Deno.test({
  name: "root runs no program of a file system that another user serves, whatever owner that says",
  ignore: !HAS_FUSE || !HAS_NAMESPACES,
  async fn() {
    using host = new Host();
    const source = shared(host);
    host.handler(
      "10-a",
      `on: [qemu/prepare]\nallow: {exec: ["${MOUNT}/program", "${MOUNT}/none", "/mnt/here/script"]}`,
      `for (const program of ["${MOUNT}/program", "${MOUNT}/none", "/mnt/here/script"]) {
         host.log.info(await host.exec(program, []).then(() => "ran", (e) => e.message));
       }`,
    );
    const words = ["qemu", "v1", "prepare", "begin", "-"];
    const hang = { operation: "nothing", name: "", source, mountpoint: MOUNT };
    const said = async (user: number) => {
      const ended = await whileHanging(host, { ...hang, user }, words, { prepare: elsewhere(host) });
      assert.deepEqual([ended.code, ended.stderr], [0, ""]);
      const calls = host.record().handlers[0]!.calls.filter(({ call }) => call === "log");
      return calls.map(({ what }) => what);
    };
    const theirs = await said(65_534);
    assert.equal(theirs.length, 3);
    for (const one of theirs) {
      assert.match(one, /was refused: .*user 65534 serves the file system \/mnt\/hangs/);
    }
    assert.equal((await said(0))[0], "ran");
  },
});

Deno.test({
  name: "a value on a file system that hangs keeps no other from coming back, and comes back later",
  ignore: !HAS_FUSE || !HAS_NAMESPACES,
  async fn() {
    using host = new Host();
    const source = shared(host);
    const own = join(host.scratch(), "own");
    Deno.writeTextFileSync(own, "before");
    host.handler(
      "10-a",
      `on: [qemu/prepare]\nallow: {write: ["${MOUNT}/file", "${own}"]}`,
      `await host.fs.set("${own}", "set");
       await host.fs.set("${MOUNT}/file", "set");`,
    );
    const hang = { operation: "nothing", name: "", source, mountpoint: MOUNT };
    const start = await whileHanging(host, hang, ["qemu", "v1", "prepare", "begin", "-"]);
    assert.deepEqual([start.code, start.stderr], [0, ""]);
    const hung = { ...hang, operation: "lookup", name: "file" };
    const ended = await whileHanging(host, hung, ["qemu", "v1", "release", "end", "-"]);
    assert.equal(ended.code, 0);
    assert.deepEqual(
      host.record().undone?.map(({ what, ok }) => [what, ok]),
      [[`${MOUNT}/file`, false], [own, true]],
    );
    assert.equal(Deno.readTextFileSync(own), "before");
    await whileHanging(host, hang, ["qemu", "v2", "release", "end", "-"]);
    assert.equal(Deno.readTextFileSync(join(source, "file")), "text\n");
  },
});

Deno.test({
  name: "a script whose program hangs is left too where policy.programs is any",
  ignore: !HAS_FUSE || !HAS_NAMESPACES,
  async fn() {
    using host = new Host();
    const source = shared(host);
    host.file("config.yaml", "policy: {programs: any}\n");
    host.handler(
      "10-a",
      `on: [qemu/reconnect]\ntimeout: 1s\nallow: {exec: [/mnt/here/script]}`,
      `await host.exec("/mnt/here/script", []);`,
    );
    host.handler("20-b", "on: [qemu/reconnect]", "host.log.info('had its turn');");
    const hang = { operation: "open", name: "program", source, mountpoint: MOUNT };
    const words = ["qemu", "v1", "reconnect", "begin", "-"];
    assert.equal((await whileHanging(host, hang, words, { prepare: elsewhere(host) })).code, 0);
    assert.deepEqual(host.record().handlers.map(({ outcome }) => outcome), ["timeout", "success"]);
  },
});

Deno.test({
  name: "a text of fs.undo waits for no denying rule that matches a file system which hangs",
  ignore: !HAS_FUSE || !HAS_NAMESPACES,
  async fn() {
    using host = new Host();
    const source = shared(host);
    const own = join(host.scratch(), "own");
    Deno.writeTextFileSync(own, "before");
    host.file("config.yaml", `policy: {deny: {write: ["/mnt/*/denied/**"]}}\n`);
    const path = "/sys/class/net/lo/tx_queue_len";
    host.handler(
      "10-a",
      `on: [qemu/prepare]\nallow: {write: ["${own}", "${path}"]}`,
      `await host.fs.set("${own}", "set"); await host.fs.undo("${path}", "77\\n");`,
    );
    const hang = { operation: "nothing", name: "", source, mountpoint: MOUNT };
    await whileHanging(host, hang, ["qemu", "v1", "prepare", "begin", "-"]);
    const hung = { ...hang, operation: "getattr", name: "*" };
    const ended = await whileHanging(host, hung, ["qemu", "v1", "release", "end", "-"]);
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    assert.deepEqual(host.record().undone?.map(({ ok }) => ok), [false, true]);
    assert.match(host.record().undone![0]!.error ?? "", /may not answer; it may yet be written/);
    assert.ok(ended.exitMs < 3_000 + ALLOWED_MS, `${ended.exitMs} ms`);
    assert.equal(Deno.readTextFileSync(own), "before");
  },
});

/** What the file system shows. */
function shared(host: Host): string {
  const source = host.scratch("shared");
  Deno.writeTextFileSync(join(source, "file"), "text\n");
  Deno.writeTextFileSync(join(source, "program"), `#!/bin/sh\necho "$@" >> ${source}/ran\necho "$@"\n`);
  Deno.chmodSync(join(source, "program"), 0o755);
  Deno.symlinkSync(`${MOUNT}/file`, join(source, "link"));
  Deno.symlinkSync("/etc/hostname", join(source, "out"));
  return source;
}

/** A script that makes /mnt/here, of links and scripts that lead to the file system. */
function elsewhere(host: Host): string {
  const here = join(host.folder, "here");
  const mount = `mkdir /mnt/here && mount --bind "${here}" /mnt/here`;
  if (exists(here)) return mount;
  host.scratch("here/scripts");
  Deno.writeTextFileSync(join(here, "file"), "");
  Deno.symlinkSync(MOUNT, join(here, "link"));
  Deno.symlinkSync(`${MOUNT}/program`, join(here, "scripts/program"));
  for (const [name, line] of [["script", `#!${MOUNT}/program`], ["argument", `#!/bin/sh ${MOUNT}/program`]]) {
    Deno.writeTextFileSync(join(here, name!), `${line}\n`);
    Deno.chmodSync(join(here, name!), 0o755);
  }
  return mount;
}
