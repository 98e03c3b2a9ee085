import assert from "node:assert/strict";
import { type ChainStep, type FileReader, type FileTrouble } from "../../src/system/file_reader.ts";
import { loadConfig } from "../../src/site/load_config.ts";
import { loadHandlers } from "../../src/site/load_handlers.ts";
import { couldMatch } from "../../src/manifest/could_match.ts";
import { defaultConfig } from "../../src/site/settings.ts";
import { inComments } from "../manifest/in_comments.ts";

/** What one path of a made-up file system is. */
interface Made {
  text?: string | Uint8Array;
  uid?: number;
  mode?: number;
  trouble?: FileTrouble;
  readTrouble?: FileTrouble;
  /** Another file is there when it is opened. */
  swapped?: boolean;
}

/** A file system in memory: directories are what is above a file, root's and 0755. */
function made(tree: Record<string, Made>): FileReader & { readPaths: string[] } {
  const readPaths: string[] = [];
  const paths = Object.keys(tree);
  const isThere = (path: string) =>
    paths.some((p) => p === path || p.startsWith(path === "/" ? "/" : `${path}/`));
  const stepOf = (path: string): ChainStep => {
    const isFile = tree[path]?.text !== undefined;
    return {
      path,
      uid: tree[path]?.uid ?? 0,
      gid: 0,
      mode: tree[path]?.mode ?? (isFile ? 0o644 : 0o755),
      isFile,
      isDirectory: !isFile,
      isSymlink: false,
      device: "8:1",
      inode: BigInt(paths.indexOf(path) + 2),
    };
  };
  return {
    readPaths,
    list(directory) {
      const trouble = tree[directory]?.readTrouble;
      if (trouble) return trouble;
      const below = paths.filter((path) => path.startsWith(`${directory}/`));
      return below.map((path) => path.slice(directory.length + 1).split("/")[0] ?? "").reverse();
    },
    chain(path) {
      const trouble = tree[path]?.trouble;
      if (trouble) return trouble;
      if (!isThere(path)) return { trouble: "missing", message: "no such file or directory" };
      const names = path.split("/").slice(1);
      return ["/", ...names.map((_, i) => `/${names.slice(0, i + 1).join("/")}`)].map(stepOf);
    },
    read(path, most) {
      readPaths.push(path);
      const { text = "", readTrouble, swapped } = tree[path] ?? {};
      if (readTrouble) return readTrouble;
      const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
      if (bytes.length > most) return { trouble: "other", message: `larger than ${most} bytes` };
      const { device, inode } = stepOf(path);
      return { bytes, device, inode: swapped ? inode + 1000n : inode };
    },
  };
}

const DIR = "/etc/hv/handlers";
const handler = (on: string, more = "") => `${inComments(`on: [${on}]\n${more}`)}export default () => {};\n`;

async function load(tree: Record<string, Made>, options: { uid?: number; call?: [string, string] } = {}) {
  const [driver = "", operation = ""] = options.call ?? [];
  return await loadHandlers(DIR, made(tree), {
    uid: options.uid ?? 0,
    ...(options.call ? { call: { driver, operation } } : {}),
  });
}

Deno.test("loadHandlers() loads what ends in .js, in byte order, and ignores the rest", async () => {
  const { handlers, problem } = await load({
    [`${DIR}/20-b.js`]: { text: handler("qemu/start") },
    [`${DIR}/10-a.js`]: { text: handler("qemu/prepare") },
    [`${DIR}/20-vfio.js.off`]: { text: "nonsense" },
    [`${DIR}/.10-x.js`]: { text: "an editor's" },
    [`${DIR}/handler.d.ts`]: { text: "types" },
    [`${DIR}/10-a.js~`]: { text: "a backup" },
  });
  assert.equal(problem, undefined);
  assert.deepEqual(handlers.map(({ name }) => name), ["10-a", "20-b"]);
  const [first] = handlers;
  assert.equal(first?.file, `${DIR}/10-a.js`);
  assert.equal(first?.source, handler("qemu/prepare"));
  assert.equal(first?.manifest?.on[0]?.value, "qemu/prepare");
  assert.deepEqual(first?.issues, []);
  assert.equal(first?.trouble, undefined);
  assert.equal(first?.mayMatch("qemu", "prepare"), true);
  assert.equal(first?.mayMatch("qemu", "start"), false);
});

Deno.test("loadHandlers() finds nothing in a directory that is not there", async () => {
  assert.deepEqual(await load({ "/etc/x": { text: "" } }), { handlers: [] });
});

Deno.test("loadHandlers() counts a broken handler for what its on names, and else for everything", async () => {
  const { handlers } = await load({
    [`${DIR}/10-a.js`]: { text: handler("qemu/start", "timeout: 5\n") },
    [`${DIR}/20-b.js`]: { text: handler("qemu/strat") },
    [`${DIR}/30-c.js`]: { text: "export default () => {}" },
    [`${DIR}/40-d.js`]: { text: new Uint8Array([0x2f, 0xff]) },
  });
  assert.deepEqual(
    handlers.map((
      h,
    ) => [h.name, h.trouble, h.mayMatch("qemu", "start"), h.mayMatch("lxc", "start"), !!h.manifest]),
    [
      ["10-a", "invalid", true, false, false],
      ["20-b", "invalid", true, true, false],
      ["30-c", "invalid", true, true, false],
      ["40-d", "invalid", true, true, false],
    ],
  );
  assert.match(handlers[3]?.issues[0]?.message ?? "", /not UTF-8/);
});

Deno.test("loadHandlers() never reads a handler that somebody else could have written", async () => {
  const files = made({
    [`${DIR}/10-a.js`]: { text: handler("qemu/start"), mode: 0o666 },
    [`${DIR}/20-b.js`]: { text: handler("qemu/start"), uid: 1000 },
  });
  const { handlers } = await loadHandlers(DIR, files, {
    uid: 0,
    call: { driver: "lxc", operation: "start" },
  });
  assert.deepEqual(files.readPaths, []);
  assert.deepEqual(handlers.map((h) => [h.trouble, h.source, h.mayMatch("lxc", "start")]), [
    ["untrusted", "", true],
    ["untrusted", "", true],
  ]);
});

Deno.test("loadHandlers() refuses a whole directory that others can write to or that cannot be listed", async () => {
  const file = { text: handler("qemu/start") };
  const kind = async (tree: Record<string, Made>) => {
    const { handlers, problem } = await load({ [`${DIR}/10-a.js`]: file, ...tree });
    assert.deepEqual(handlers, []);
    return problem?.trouble;
  };
  assert.equal(await kind({ [DIR]: { mode: 0o1777 } }), "untrusted");
  assert.equal(await kind({ "/etc/hv": { uid: 5 } }), "untrusted");
  assert.equal(await kind({ [DIR]: { readTrouble: { trouble: "denied", message: "no" } } }), "unreadable");
  assert.equal(await kind({ [DIR]: { trouble: { trouble: "denied", message: "no" } } }), "unreadable");
  assert.equal(await kind({ [DIR]: { trouble: { trouble: "other", message: "I/O error" } } }), "invalid");
});

Deno.test("loadHandlers() tells a file it may not read, one swapped while it read, and one that is gone", async () => {
  const text = handler("qemu/start");
  const { handlers } = await load({
    [`${DIR}/10-a.js`]: { text, readTrouble: { trouble: "denied", message: "permission denied" } },
    [`${DIR}/20-b.js`]: { text, swapped: true },
    [`${DIR}/30-c.js`]: { text, trouble: { trouble: "missing", message: "no such file" } },
    [`${DIR}/40-d.js`]: { text, trouble: { trouble: "other", message: "the link leads nowhere" } },
    [`${DIR}/50-e.js`]: { text: " ".repeat(1_048_577) },
    [`${DIR}/60-f.js`]: { mode: 0o755 },
  });
  assert.deepEqual(handlers.map((h) => [h.name, h.trouble, h.issues[0]?.message]), [
    ["10-a", "unreadable", "permission denied"],
    ["20-b", "untrusted", "the file was replaced while it was read"],
    ["40-d", "invalid", "the link leads nowhere"],
    ["50-e", "invalid", "larger than 1048576 bytes"],
    ["60-f", "untrusted", `${DIR}/60-f.js is not a regular file`],
  ]);
});

Deno.test("loadHandlers() refuses names that are not a handler's, for what they are for", async () => {
  const { handlers } = await load({
    [`${DIR}/vfio.js`]: { text: handler("qemu/start") },
    [`${DIR}/1-a.js`]: { text: handler("qemu/start") },
    [`${DIR}/10-a b.js`]: { text: handler("qemu/start") },
    [`${DIR}/10-.js`]: { text: handler("qemu/start") },
  });
  assert.equal(handlers.length, 4);
  for (const found of handlers) {
    assert.equal(found.trouble, "invalid", found.name);
    assert.equal(found.manifest, undefined);
    assert.match(found.issues[0]?.message ?? "", /not a valid handler name/);
    assert.equal(found.mayMatch("qemu", "start"), true);
    assert.equal(found.mayMatch("qemu", "prepare"), false);
  }
});

Deno.test("loadHandlers() leaves out the handlers that a call is not for", async () => {
  const tree = {
    [`${DIR}/10-a.js`]: { text: handler("qemu/start") },
    [`${DIR}/20-b.js`]: { text: handler('"qemu/*"') },
    [`${DIR}/30-c.js`]: { text: handler("lxc/start") },
    [`${DIR}/40-d.js`]: { text: "// ---\n// on:\n//   - lxc/start\n// ---" },
  };
  const names = async (call: [string, string]) =>
    (await load(tree, { call })).handlers.map(({ name }) => name);
  assert.deepEqual(await names(["qemu", "start"]), ["10-a", "20-b"]);
  assert.deepEqual(await names(["lxc", "start"]), ["30-c", "40-d"]);
  assert.deepEqual(await names(["daemon", "start"]), []);
});

Deno.test("couldMatch() says no only for a list on one line that names something else", () => {
  const table: [manifest: string, could: boolean][] = [
    ["on: [qemu/start]", true],
    ["on: [qemu/stopped, lxc/start]", false],
    ["on: [qemu/stopped, lxc/start] # and qemu/start", false],
    ["on:   [ 'qemu/*' ]", true],
    ['on: ["*/start"]', true],
    ['on: ["*/stopped"]', false],
    // No operation has that name: nobody knows which was meant.
    ["on: [qemu/stop]", true],
    ['on: ["*/stop"]', true],
    ["on: [lxc/start]\r", false],
    ["on: []", true],
    ["on: [lxc/start", true],
    ["on:\n  - lxc/start", true],
    ["on: [lxc/start,\n  lxc/stop]", true],
    ['on: ["\\x71emu/start"]', true],
    ["on: [lxc/start]\non: [qemu/start]", true],
    ['on: [lxc/start]\n"on": [qemu/start]', true],
    ['"on": [lxc/start]', true],
    ["  on: [lxc/start]", true],
    ["on: ['lxc/start\"]", true],
    ["on: &a [lxc/start]", true],
    ["on: lxc/start", true],
    ["guests: [a]", true],
    ["options:\n  on: [qemu/start]\non: [lxc/start]", false],
  ];
  for (const [manifest, could] of table) {
    assert.equal(couldMatch(inComments(manifest), "qemu", "start"), could, manifest);
  }
  assert.equal(couldMatch("// ---\n// on: [lxc/start]\n", "qemu", "start"), true);
  assert.equal(couldMatch("// ---\n// ---\non: [lxc/start]\n", "qemu", "start"), true);
  assert.equal(couldMatch("// ---\n// on: [network/plugged]\n// ---\n", "network", "port-created"), true);
});

Deno.test("loadConfig() takes the defaults without a file and refuses one that is broken or not trusted", async () => {
  const file = "/etc/hv/config.yaml";
  const kind = async (tree: Record<string, Made>) => {
    const { config, trouble, issues } = await loadConfig(file, made(tree), 0);
    return [trouble, issues.length, config.record.keep];
  };
  assert.deepEqual(await loadConfig(file, made({ "/etc/x": { text: "" } }), 0), {
    config: defaultConfig(),
    issues: [],
  });
  assert.deepEqual(await kind({ [file]: { text: "record: true" } }), [undefined, 0, 50]);
  assert.deepEqual(await kind({ [file]: { text: "record: true\nx: 1" } }), ["invalid", 1, 50]);
  assert.deepEqual(await kind({ [file]: { text: "record: true", mode: 0o666 } }), ["untrusted", 1, 0]);
  const denied = { trouble: "denied" as const, message: "permission denied" };
  assert.deepEqual(await kind({ [file]: { text: "", readTrouble: denied } }), ["unreadable", 1, 0]);
  assert.deepEqual(await kind({ [file]: { text: " ".repeat(300_000) } }), ["invalid", 1, 0]);
});
