import assert from "node:assert/strict";
import { appendLine } from "../../src/system/append.ts";

function inFolder(act: (folder: string) => void) {
  const folder = Deno.makeTempDirSync();
  try {
    act(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("lines are added, the file and its directory made when missing, for the owner and the group", () =>
  inFolder((folder) => {
    const log = { path: `${folder}/log/events`, maxSize: 1_000, keep: 2 };
    assert.equal(appendLine(log, "one"), undefined);
    assert.equal(appendLine(log, "two"), undefined);
    assert.equal(Deno.readTextFileSync(log.path), "one\ntwo\n");
    assert.equal((Deno.statSync(log.path).mode ?? 0) & 0o027, 0);
    assert.equal((Deno.statSync(`${folder}/log`).mode ?? 0) & 0o027, 0);
  }));

Deno.test("a file that has grown too large is set aside, and only so many are kept", () =>
  inFolder((folder) => {
    const log = { path: `${folder}/events`, maxSize: 10, keep: 2 };
    for (const line of ["first line", "2nd", "3rd", "4th line is long", "5th line is long", "6th"]) {
      assert.equal(appendLine(log, line), undefined);
    }
    assert.deepEqual(names(folder), ["events", "events.1", "events.2", "events.lock"]);
    assert.equal(Deno.readTextFileSync(`${folder}/events`), "6th\n");
    assert.equal(Deno.readTextFileSync(`${folder}/events.1`), "5th line is long\n");
    assert.equal(Deno.readTextFileSync(`${folder}/events.2`), "2nd\n3rd\n4th line is long\n");
  }));

Deno.test("nothing is lost and no line torn when many processes append and set aside at once", async () => {
  const folder = Deno.makeTempDirSync();
  const module = new URL("../../src/system/append.ts", import.meta.url).href;
  const script = `import { appendLine } from "${module}";
const [path, who] = Deno.args;
for (let i = 0; i < 200; i++) {
  const failed = appendLine({ path, maxSize: 20_000, keep: 50 }, JSON.stringify({ who, i, text: "x".repeat(i) }));
  if (failed) throw new Error(failed);
}`;
  Deno.writeTextFileSync(`${folder}/append.ts`, script);
  const log = `${folder}/log/events`;
  const children = ["a", "b", "c", "d"].map((who) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--cached-only", `${folder}/append.ts`, log, who],
      stderr: "inherit",
    }).output()
  );
  for (const child of await Promise.all(children)) assert.equal(child.success, true);
  const lines = names(`${folder}/log`).filter((name) => !name.endsWith(".lock"))
    .flatMap((name) => Deno.readTextFileSync(`${folder}/log/${name}`).trimEnd().split("\n"))
    .filter((line) => line !== "").map((line) => JSON.parse(line));
  assert.equal(lines.length, 800);
  assert.equal(new Set(lines.map(({ who, i }) => `${who}${i}`)).size, 800);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("what cannot be written is told, not thrown", () =>
  inFolder((folder) => {
    const path = (name: string) => ({ path: `${folder}/${name}/events`, maxSize: 1_000, keep: 1 });
    Deno.writeTextFileSync(`${folder}/file`, "");
    assert.match(appendLine(path("file"), "x") ?? "", /file is not a directory/);
    assert.match(appendLine(path("none/below"), "x") ?? "", /No such file|not found/i);
    Deno.mkdirSync(`${folder}/open`);
    Deno.chmodSync(`${folder}/open`, 0o777);
    assert.match(appendLine(path("open"), "x") ?? "", /open is writable by other users/);
    Deno.symlinkSync("open", `${folder}/link`);
    assert.match(appendLine(path("link"), "x") ?? "", /link is not a directory/);
    Deno.mkdirSync(`${folder}/dir/events`, { recursive: true });
    assert.match(appendLine(path("dir"), "x") ?? "", /events is not an ordinary file/);
    assert.equal(
      appendLine({ path: "/dev/full", maxSize: 1, keep: 1 }, "x"),
      "/dev/full is not an ordinary file",
    );
  }));

Deno.test("a FIFO in the log's place does not make it wait", async () => {
  const folder = Deno.makeTempDirSync();
  await new Deno.Command("mkfifo", { args: [`${folder}/events`] }).output();
  assert.match(
    appendLine({ path: `${folder}/events`, maxSize: 1, keep: 1 }, "x") ?? "",
    /not an ordinary file/,
  );
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("a line behind one that a full disk cut short begins on a line of its own, and nothing is taken away", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/log`;
    const log = { path, maxSize: 1e6, keep: 1 };
    // As two processes leave it: the first could write a part only, and the second came after it.
    Deno.writeTextFileSync(path, `{"a":1}\n{"b":`);
    assert.equal(appendLine(log, `{"c":3}`), undefined);
    assert.equal(appendLine(log, `{"d":4}`), undefined);
    assert.equal(Deno.readTextFileSync(path), `{"a":1}\n{"b":\n{"c":3}\n{"d":4}\n`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test(
  "on a full disk each line is whole or told, and lines of others stay",
  { ignore: Deno.uid() !== 0 },
  async () => {
    const folder = Deno.makeTempDirSync();
    const source = new URL("../../src/system/append.ts", import.meta.url).href;
    const writer = `const { appendLine } = await import(${JSON.stringify(source)});
    const log = { path: "/mnt/log/log", maxSize: 1e9, keep: 1 };
    let written = 0;
    for (let i = 0; i < 400; i++) if (appendLine(log, JSON.stringify({ by: Deno.args[0], i, text: "x".repeat(300) })) === undefined) written++;
    console.log(written);`;
    try {
      Deno.writeTextFileSync(`${folder}/writer.ts`, writer);
      const script = `mount -t tmpfs -o size=96k,mode=755 none /mnt && mkdir -m 700 /mnt/log &&
      for name in a b c; do "$0" run -A --no-check --no-lock "$1" $name & done; wait; cat /mnt/log/log`;
      const { stdout, code } = await new Deno.Command("unshare", {
        args: ["-m", "sh", "-c", script, Deno.execPath(), `${folder}/writer.ts`],
      }).output();
      assert.equal(code, 0);
      const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
      const counts = lines.filter((line) => /^\d+$/.test(line)).map(Number);
      const whole = lines.filter((line) => /^\{"by":"[abc]","i":\d+,"text":"x{300}"\}$/.test(line));
      assert.equal(counts.length, 3);
      assert.equal(
        whole.length,
        counts.reduce((sum, n) => sum + n, 0),
        "every line that was said to be written is there",
      );
      assert.ok(whole.length > 100 && whole.length < 1200, `${whole.length}`);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
);

Deno.test("long lines of many processes at once leave no empty line between them", async () => {
  const folder = Deno.makeTempDirSync();
  const source = new URL("../../src/system/append.ts", import.meta.url).href;
  const writer = `const { appendLine } = await import(${JSON.stringify(source)});
    const log = { path: ${JSON.stringify(`${folder}/log/log`)}, maxSize: 1e9, keep: 1 };
    for (let i = 0; i < 100; i++) appendLine(log, "x".repeat(300_000));`;
  try {
    Deno.writeTextFileSync(`${folder}/writer.ts`, writer);
    const args = ["run", "-A", "--no-check", "--no-lock", `${folder}/writer.ts`];
    const all = Array.from({ length: 4 }, () => new Deno.Command(Deno.execPath(), { args }).output());
    for (const { code } of await Promise.all(all)) assert.equal(code, 0);
    const lines = Deno.readTextFileSync(`${folder}/log/log`).split("\n").slice(0, -1);
    assert.deepEqual([lines.length, new Set(lines.map(({ length }) => length))], [400, new Set([300_000])]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
