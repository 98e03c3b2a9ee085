/** A hook call is two processes: what the one that waits answers when the other has no answer. */
import assert from "node:assert/strict";
import { HAS_CHECKPOINTS } from "./checkpoint.ts";
import { HAS_FUSE, whileHanging } from "./fuse.ts";
import { ENVIRONMENT, exists, Host, isCalled, until, type Words } from "./support.ts";

const KILLS = `await host.exec("sh", ["-c", "kill -KILL $PPID; exec sleep 60"]);`;
const SHELL = `allow: {exec: ["sh -c *"]}`;
const PREPARE: Words = ["v1", "prepare", "begin", "-"];

Deno.test({
  name:
    "a process that is killed in a handler whose failure is ignored is ignored, unless a later one might abort",
  ignore: !HAS_CHECKPOINTS,
  async fn() {
    using host = new Host();
    host.handler("10-a", `on: [qemu/prepare]\nonFailure: ignore\n${SHELL}`, KILLS);
    const alone = await host.link("qemu", PREPARE);
    assert.deepEqual([alone.code, alone.signal], [0, null]);
    assert.match(alone.stderr, /^hookvisor: v1: prepare goes on by 10-a: its process ended: signal 9\n$/);
    host.handler("20-b", "on: [qemu/prepare]", "");
    const followed = await host.link("qemu", PREPARE);
    assert.equal(followed.code, 1);
    assert.match(followed.stderr, /^hookvisor: v1: prepare refused by 10-a: /);
  },
});

Deno.test({
  name: "a process that is killed where config.yaml lets failures of started abort makes it abort",
  ignore: !HAS_CHECKPOINTS,
  async fn() {
    using host = new Host();
    host.handler("10-a", `on: [qemu/started]\n${SHELL}`, KILLS);
    assert.equal((await host.link("qemu", ["v1", "started", "begin", "-"])).code, 0);
    host.file("config.yaml", "onFailure: {qemu/started: abort}\n");
    assert.equal((await host.link("qemu", ["v1", "started", "begin", "-"])).code, 1);
  },
});

Deno.test({
  name:
    "the record of a process that comes too late and ends when it is killed says that it may have been slow",
  ignore: !HAS_CHECKPOINTS,
  async fn() {
    using host = new Host();
    host.file("config.yaml", "timeouts: {qemu/prepare: 2s}\n");
    host.handler("10-a", `on: [qemu/prepare]\n${SHELL}`, KILLS.replace("-KILL", "-STOP"));
    assert.equal((await host.link("qemu", PREPARE)).code, 1);
    const { notes = [] } = await host.recordOf(({ reason }) => /10-a: timed out after/.test(reason ?? ""));
    assert.ok(notes.some((note) => /has ended since: it may only have been slow/.test(note)), notes.join());
  },
});

/** Starts a call whose handler sleeps, and gives the process that waits once the handler has begun. */
async function sleeping(host: Host, operation: string) {
  const sign = `${host.scratch()}/${operation}`;
  host.handler(
    "10-a",
    `on: [qemu/${operation}]\nallow: {write: ["${sign}"]}`,
    `await host.fs.write("${sign}", ""); await host.sleep(60_000);`,
  );
  const link = host.hookLink();
  const { words, env } = host.namespace(`exec "$@"`, [link, "v1", operation, "begin", "-"], ENVIRONMENT);
  const child = new Deno.Command("unshare", {
    args: words,
    clearEnv: true,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await until(() => exists(sign), "the handler does not begin");
  return { child, link };
}

for (const [operation, code] of [["prepare", 1], ["reconnect", 0]] as const) {
  Deno.test({
    name: `SIGTERM to a call of ${operation} ends both of its processes, and the answer is ${code}`,
    ignore: !HAS_CHECKPOINTS,
    async fn() {
      using host = new Host();
      const { child, link } = await sleeping(host, operation);
      child.kill("SIGTERM");
      const ended = await child.output();
      assert.deepEqual([ended.code, ended.signal], [code, null]);
      assert.match(new TextDecoder().decode(ended.stderr), / by 10-a: its process ended: signal 15\n$/);
      await until(() => !isCalled(link), "one of them does not end");
      const record = await host.recordOf(({ operation: one }) => one === operation);
      assert.equal(record.exitCode, code);
    },
  });
}

Deno.test({
  name: "SIGKILL to the process that waits ends the other",
  ignore: !HAS_CHECKPOINTS,
  async fn() {
    using host = new Host();
    const { child, link } = await sleeping(host, "started");
    child.kill("SIGKILL");
    assert.equal((await child.output()).signal, "SIGKILL");
    await until(() => !isCalled(link), "the other does not end");
  },
});

Deno.test({
  name: "what a call had started is ended when it hangs, and its record says so",
  ignore: !HAS_FUSE || !HAS_CHECKPOINTS,
  async fn() {
    using host = new Host();
    const pid = `${host.scratch()}/pid`;
    host.file("config.yaml", "timeouts: {qemu/started: 3s}\n");
    host.handler(
      "10-a",
      `on: [qemu/started]\nallow: {exec: ["sh -c *"], read: ["${pid}"]}`,
      `host.exec("sh", ["-c", "echo $$ > ${pid}; exec sleep 300"]);
       await host.waitFor(() => host.fs.exists("${pid}"), { every: 20 });
       return event.xml;`,
    );
    const source = host.scratch("shared");
    Deno.writeTextFileSync(`${source}/xml`, "<domain/>");
    const hang = { operation: "read", name: "xml", source, mountpoint: "/mnt/hangs" };
    const ended = await whileHanging(host, hang, ["qemu", "v1", "started", "begin", "-"], {
      input: "/mnt/hangs/xml",
      async before() {
        const record = await host.recordOf(({ reason }) => /hangs in the kernel/.test(reason ?? ""));
        const child = Deno.readTextFileSync(pid).trim();
        assert.ok(
          record.notes?.some((note) => note.startsWith(`process ${child} (sleep)`)),
          record.notes?.join(),
        );
        assert.ok(record.notes?.some((note) => /may still complete, but nothing after it runs$/.test(note)));
        // Its parent hangs, so it stays a zombie. The record is written when it is killed, not when it is gone.
        const isZombie = () => /^\d+ \(sleep\) Z /.test(Deno.readTextFileSync(`/proc/${child}/stat`));
        await until(isZombie, "its process is not ended");
      },
    });
    assert.equal(ended.code, 0);
  },
});
