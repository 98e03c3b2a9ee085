import assert from "node:assert/strict";
import { close, pipe, readSome } from "../../src/system/descriptor.ts";
import { Process, SIGKILL, SIGTERM } from "../../src/system/process.ts";
import { SystemError } from "../../src/system/system_error.ts";

/** Runs a shell script and gives what it printed and how it ended. */
async function shell(script: string, env: Record<string, string> = {}, args: string[] = []) {
  const input = pipe();
  const output = pipe();
  close(input.write);
  const process = Process.start({
    path: "/bin/sh",
    args: ["-c", script, "sh", ...args],
    env,
    stdio: [input.read, output.write, output.write],
  });
  close(input.read);
  close(output.write);
  const parts: string[] = [];
  const buffer = new Uint8Array(65_536);
  for (let n = readSome(output.read, buffer); n; n = readSome(output.read, buffer)) {
    parts.push(new TextDecoder().decode(buffer.subarray(0, n)));
  }
  close(output.read);
  return { text: parts.join(""), ending: await ending(process), pid: process.pid };
}

async function ending(process: Process) {
  for (let i = 0; i < 1_000; i++) {
    const ending = process.poll();
    if (ending !== undefined) return ending;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error("it did not end");
}

Deno.test("a process tells its exit code or the signal that ended it", async () => {
  assert.deepEqual((await shell("exit 0")).ending, { code: 0 });
  assert.deepEqual((await shell("exit 255")).ending, { code: 255 });
  assert.deepEqual((await shell("kill -9 $$")).ending, { signal: 9 });
  assert.deepEqual((await shell("kill -TERM $$")).ending, { signal: 15 });
});

Deno.test("a process gets its arguments as they are", async () => {
  const args = ["a b", "", "$(id)", "line\nbreak", "é 🖥", "--x", "x".repeat(100_000)];
  const { text } = await shell(`for a; do printf '[%s]' "$a"; done`, {}, args);
  assert.equal(text, args.map((arg) => `[${arg}]`).join(""));
});

Deno.test("a process gets the environment it is given and no other", async () => {
  const { text } = await shell(`exec /usr/bin/env`, { A: "1", B: "x=y z" });
  const lines = text.trim().split("\n").filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line)).sort();
  assert.deepEqual(lines, ["A=1", "B=x=y z"]);
  const none = await shell(`exec /usr/bin/env`);
  assert.equal(none.text.replace(/^(PWD|OLDPWD|SHLVL|_)=.*\n/gm, ""), "");
});

Deno.test("a process has no descriptor but its three", async () => {
  const file = Deno.openSync("/dev/null");
  try {
    const { text } = await shell("ls /proc/$$/fd");
    assert.equal(text.trim().split(/\s+/).join(" "), "0 1 2");
  } finally {
    file.close();
  }
});

Deno.test("a process leads a session and a group of its own", async () => {
  const { text, pid } = await shell("cut -d' ' -f1,5,6 /proc/$$/stat");
  assert.equal(text.trim(), `${pid} ${pid} ${pid}`);
});

Deno.test("a process starts with no signal blocked or ignored", async () => {
  const { text } = await shell("exec grep -E '^Sig(Blk|Ign)' /proc/self/status");
  assert.deepEqual(text.trim().split("\n").map((line) => line.split("\t")[1]), [
    "0000000000000000",
    "0000000000000000",
  ]);
});

Deno.test("a signal reaches the whole group", async () => {
  const output = pipe();
  const process = Process.start({
    path: "/bin/sh",
    args: ["-c", "sleep 60 & sleep 60 & echo; wait"],
    env: {},
    stdio: [0, output.write, output.write],
  });
  close(output.write);
  readSome(output.read, new Uint8Array(1));
  assert.equal(process.poll(), undefined);
  process.signalGroup(SIGTERM);
  assert.deepEqual(await ending(process), { signal: SIGTERM });
  // The children held the other end: it is at its end only when they are gone.
  assert.equal(readSome(output.read, new Uint8Array(1)), 0);
  close(output.read);
  process.signalGroup(SIGKILL);
});

Deno.test("what cannot be started says why", () => {
  const start = (path: string, args: string[] = []) => () =>
    Process.start({ path, args, env: {}, stdio: [0, 1, 2] });
  const thrown = (code: string) => (error: unknown) => error instanceof SystemError && error.code === code;
  assert.throws(start("/nonexistent"), thrown("ENOENT"));
  assert.throws(start("/etc"), thrown("EACCES"));
  assert.throws(start("/bin/true", ["x".repeat(200_000)]), thrown("E2BIG"));
  assert.throws(start("/bin/true", ["a\0b"]), TypeError);
  const folder = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${folder}/text`, "", { mode: 0o644 });
  assert.throws(start(`${folder}/text`), thrown("EACCES"));
  Deno.writeTextFileSync(`${folder}/script`, "echo no first line\n", { mode: 0o755 });
  assert.throws(start(`${folder}/script`), thrown("ENOEXEC"));
  Deno.removeSync(folder, { recursive: true });
});
