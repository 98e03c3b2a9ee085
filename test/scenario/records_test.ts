import assert from "node:assert/strict";
import { join } from "node:path";
import { fixture, Host, PROGRAM, run, type Words } from "./support.ts";

const PREPARE: Words = ["qemu", "v1", "prepare", "begin", "-"];
const XML = fixture("9.0.0/003-qemu-prepare");

Deno.test("500 log lines crowd out neither a command, nor a write, nor a refusal", async () => {
  using host = new Host();
  const file = join(host.scratch(), "file");
  host.handler(
    "10-loud",
    `on: [qemu/prepare]\nallow: {exec: ["cat -"], write: ["${file}"]}`,
    `for (let i = 0; i < 600; i++) host.log.info("line " + i);
     await host.exec("cat", ["-"], { stdin: "text" });
     await host.fs.write("${file}", "x");
     await host.fs.read("/etc/shadow").catch(() => {});`,
  );
  assert.equal((await host.hook(PREPARE, { stdin: XML })).code, 0);
  const [{ calls, moreCalls } = { calls: [], moreCalls: 0 }] = host.record().handlers;
  assert.equal(moreCalls, 100);
  assert.deepEqual(calls.slice(500).map(({ call }) => call), ["exec", "fs.write", "fs.read"]);
  assert.match(calls.at(-1)?.error ?? "", /not allowed/);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("text"))).toHex();
  assert.deepEqual(calls[500]?.stdin, { bytes: 4, sha256: sum });
  const folders = ["--config-dir", host.config, "--log-dir", host.log, "--state-dir", host.state];
  const shown = await run(PROGRAM, ["history", "show", "last", ...folders]);
  assert.match(shown.stdout, new RegExp(`exec cat - < 4 bytes, SHA-256 ${sum.slice(0, 12)}`));
});

Deno.test("records, stderr and history have no character that a terminal acts on, and are what jq reads", async () => {
  using host = new Host();
  const evil = "a\u001b[31m\u009b31m\u202eb\u2028c\ud800d";
  const code = `const evil = ${JSON.stringify(evil)};
     host.log.info(evil, { [evil]: evil });
     host.fail(evil);`;
  host.handler("10-evil", "on: [qemu/prepare]", code);
  const name = "guest\u009b\u202e";
  const ended = await host.hook(["qemu", name, "prepare", "begin", "-"], { stdin: XML });
  assert.equal(ended.code, 1);
  const folders = ["--config-dir", host.config, "--log-dir", host.log, "--state-dir", host.state];
  const outputs = [ended.stderr, Deno.readTextFileSync(join(host.log, "events.jsonl"))];
  for (
    const words of [["--json"], [], ["show", "last"], ["show", "last", "--json"], ["--guest", name, "--json"]]
  ) {
    const { stdout } = await run(PROGRAM, ["history", ...words, ...folders]);
    assert.ok(stdout.length > 50, words.join(" "));
    outputs.push(stdout);
  }
  for (const text of outputs) {
    const bad = /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\p{Bidi_Control}]/u.exec(text);
    assert.equal(
      bad,
      null,
      JSON.stringify(text.slice(Math.max(0, (bad?.index ?? 0) - 20), (bad?.index ?? 0) + 20)),
    );
    assert.doesNotMatch(text, /\\ud800/i);
  }
  assert.equal(host.record().object, name);
});
