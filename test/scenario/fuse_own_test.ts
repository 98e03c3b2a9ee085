/**
 * What hookvisor itself uses lies on a file system that does not answer: libvirt has its answer all the same, by the
 * call's deadline, and nothing keeps hold of its pipes.
 */
import assert from "node:assert/strict";
import { addCheckpoint, HAS_CHECKPOINTS } from "./checkpoint.ts";
import { HAS_FUSE, whileHanging } from "./fuse.ts";
import { fixture, Host, pause, type Words } from "./support.ts";

/** Later than the deadline by no more than this, in milliseconds; machines are slow. */
const ALLOWED_MS = 1_500;
/** More than a pipe holds: who writes it waits for as long as nobody reads. */
const LONG = "<domain>" + "x".repeat(300_000) + "</domain>";
const START: Words = ["qemu", "v1", "start", "begin", "-"];
const PREPARE: Words = ["qemu", "v1", "prepare", "begin", "-"];
const RECONNECT: Words = ["qemu", "v1", "reconnect", "begin", "-"];
const RELEASE: Words = ["qemu", "v1", "release", "end", "-"];
const DAEMON: Words = ["daemon", "-", "start", "-", "start"];

interface Place {
  what: string;
  /** Which of the host's folders, and where calls look for it. */
  folder: "config" | "state" | "log";
  operation: string;
  name: string;
  words: Words;
  /** When the answer is due, in milliseconds. */
  due: number;
  code: number;
  /** What is said; absent: nothing. */
  says?: RegExp;
}

const WHERE = { config: "/etc/hookvisor", state: "/run/hookvisor", log: "/var/log/hookvisor" };
const HANGS = /^hookvisor: \S+: \S+ (?:refused|goes on): timed out after \d+ ms: it hangs in the kernel\n$/;

const PLACES: Place[] = [
  ...(["lookup", "open", "read"] as const).map((operation): Place => ({
    ...{ what: "config.yaml", folder: "config", operation, name: "config.yaml" },
    ...{ words: DAEMON, due: 5_000, code: 0, says: HANGS },
  })),
  {
    ...{ what: "the folder of handlers", folder: "config", operation: "readdir", name: "handlers" },
    ...{ words: START, due: 10_000, code: 1, says: HANGS },
  },
  {
    ...{ what: "a handler's file", folder: "config", operation: "read", name: "10-a.js" },
    ...{ words: RECONNECT, due: 10_000, code: 0, says: HANGS },
  },
  ...(["lookup", "open", "write"] as const).map((operation): Place => ({
    ...{ what: "the records", folder: "log", operation, name: "events.jsonl" },
    ...{ words: PREPARE, due: 2_000, code: 0 },
  })),
  {
    ...{ what: "the folder of records", folder: "log", operation: "getattr", name: "" },
    ...{ words: START, due: 2_000, code: 0 },
  },
  {
    ...{ what: "the checkpoint", folder: "state", operation: "lookup", name: "checkpoint" },
    ...{ words: DAEMON, due: 5_000, code: 0, says: HANGS },
  },
  {
    ...{ what: "the checkpoint", folder: "state", operation: "read", name: "checkpoint" },
    ...{ words: START, due: 10_000, code: 1, says: HANGS },
  },
  {
    ...{ what: "the index of handlers", folder: "state", operation: "read", name: "handlers.json" },
    ...{ words: DAEMON, due: 5_000, code: 0, says: HANGS },
  },
  ...(["lookup", "read", "write"] as const).map((operation): Place => ({
    ...{ what: "the journal of undo", folder: "state", operation, name: "journal.db" },
    ...{ words: RELEASE, due: 3_000, code: 0, says: HANGS },
  })),
];

for (const { what, folder, operation, name, words, due, code, says } of PLACES) {
  Deno.test({
    name: `${what}, in ${operation}: ${words[0]} ${words[2]} has its answer, ${code}`,
    ignore: !HAS_FUSE || !HAS_CHECKPOINTS,
    async fn() {
      using host = new Host();
      const file = `${host.scratch()}/value`;
      Deno.writeTextFileSync(file, "before");
      host.handler(
        "10-a",
        `on: [qemu/*, daemon/*]\nallow: {write: ["${file}"]}`,
        `if (event.operation === "prepare") await host.fs.set("${file}", "set");`,
      );
      host.file("config.yaml", "timeouts: {qemu/release: 3s}\n");
      if (folder === "state") {
        // Everything that a call may find there.
        for (let i = 0; i < 2; i++) await host.link("qemu", PREPARE.slice(1));
        await pause(2_100);
        await host.link("qemu", PREPARE.slice(1));
        if (name === "checkpoint") await addCheckpoint(host);
      }
      const hang = { operation, name, source: host[folder], mountpoint: WHERE[folder] };
      const ended = await whileHanging(host, hang, words, { stdin: LONG });
      assert.deepEqual([ended.code, ended.signal, ended.stdout], [code, null, ""], ended.stderr);
      if (says === undefined) assert.equal(ended.stderr, "");
      else assert.match(ended.stderr, says);
      assert.ok(ended.exitMs < due + ALLOWED_MS, `gone after ${ended.exitMs} ms`);
      assert.ok(ended.eofMs < due + ALLOWED_MS, `over after ${ended.eofMs} ms`);
      // Its writer is not held up: either all was taken, or nobody has the pipe any more.
      assert.ok(ended.stdinTaken <= LONG.length);
      if (folder === "log" || says === undefined) return;
      const record = await host.recordOf(({ reason }) => /: it hangs in the kernel/.test(reason ?? ""));
      assert.deepEqual([record.operation, record.exitCode], [words[2], code]);
    },
  });
}

Deno.test({
  name: "XML that was edited goes to libvirt whole though the records hang, 1 MB of it",
  ignore: !HAS_FUSE || !HAS_CHECKPOINTS,
  async fn() {
    using host = new Host();
    host.handler(
      "10-a",
      "on: [qemu/migrate]\nallow: {xml: true}",
      `await host.xml.set("title", "t".repeat(1e6));`,
    );
    const xml = fixture("9.0.0/003-qemu-prepare").replace("<uuid>", "<title>old</title><uuid>");
    const hang = { operation: "write", name: "events.jsonl", source: host.log, mountpoint: WHERE.log };
    const ended = await whileHanging(host, hang, ["qemu", "v1", "migrate", "begin", "-"], { stdin: xml });
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    assert.equal(ended.stdout, xml.replace("old", "t".repeat(1e6)));
  },
});
