import assert from "node:assert/strict";
import { checkpointOf, HAS_CHECKPOINTS, takeCheckpoint } from "./checkpoint.ts";
import { fixture, Host, PROGRAM } from "./support.ts";

const ignore = !HAS_CHECKPOINTS;
const CALL = ["v1", "prepare", "begin", "-"];

/** What doctor says of the checkpoint: the level, and what it saw. */
async function seen(host: Host): Promise<{ level: string; seen: string; remedy?: string }> {
  const { stdout } = await host.inside(`exec "$@"`, [PROGRAM, "doctor", "--json"]);
  const { findings } = JSON.parse(stdout) as {
    findings: { check: string; level: string; seen: string; remedy?: string }[];
  };
  return findings.find(({ check }) => check === "checkpoint")!;
}

function isThere(host: Host): boolean {
  return [...Deno.readDirSync(host.state)].some(({ name }) => name === "checkpoint");
}

Deno.test("doctor says whether hook calls start from a checkpoint, and what to do when they cannot", {
  ignore,
}, async () => {
  using host = new Host();
  const missing = await seen(host);
  assert.equal(missing.level, "note");
  assert.match(missing.seen, /^\/run\/hookvisor\/checkpoint does not exist: /);
  await takeCheckpoint(host);
  const good = await seen(host);
  assert.equal(good.level, "ok", good.seen);
  assert.match(good.seen, /^hook calls start from \/run\/hookvisor\/checkpoint, \d+ MiB, created \d{4}-/);
  const file = checkpointOf(host);
  Deno.writeFileSync(`${file}.other`, Deno.readFileSync(file).fill(0, 0, 16), { mode: 0o600 });
  Deno.renameSync(`${file}.other`, file);
  const other = await seen(host);
  assert.deepEqual([other.level, other.remedy], ["warn", "run: hookvisor checkpoint"]);
  assert.match(other.seen, /^hook calls do not start from /);
});

Deno.test("with checkpoint: false a restored call is the last one, and none is taken any more", {
  ignore,
}, async () => {
  for (const guests of ["[v1]", "[somebody-else]"]) {
    using host = new Host();
    host.handler("10-a", `on: [qemu/prepare]\nguests: ${guests}`);
    await takeCheckpoint(host);
    host.file("config.yaml", "checkpoint: false\n");
    for (let i = 0; i < 5 && isThere(host); i++) {
      const ended = await host.link("qemu", CALL, { stdin: fixture("9.0.0/003-qemu-prepare") });
      assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    }
    assert.ok(!isThere(host));
    const { code, stdout } = await takeCheckpoint(host);
    assert.equal(code, 0);
    assert.equal(
      stdout,
      "/etc/hookvisor/config.yaml says checkpoint: false\n/run/hookvisor/checkpoint does not exist\n",
    );
    assert.deepEqual(await seen(host), {
      check: "checkpoint",
      level: "note",
      seen: "/etc/hookvisor/config.yaml says checkpoint: false",
    });
  }
});

Deno.test("uninstall removes the checkpoint, but not for some drivers only or to look", {
  ignore,
}, async () => {
  using host = new Host();
  await takeCheckpoint(host);
  const uninstall = (...options: string[]) =>
    host.inside(`exec "$@"`, [PROGRAM, "uninstall", "--hooks-dir", host.scratch("hooks"), ...options]);
  for (const options of [["--dry-run"], ["--driver", "qemu"]]) {
    const { code } = await uninstall(...options);
    assert.equal(code, 0);
    assert.ok(isThere(host), options.join(" "));
  }
  const { code, stdout } = await uninstall();
  assert.equal(code, 0);
  assert.match(stdout, /^\/run\/hookvisor\/checkpoint: removed$/m);
  assert.ok(!isThere(host));
});
