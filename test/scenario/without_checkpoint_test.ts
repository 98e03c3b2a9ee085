import assert from "node:assert/strict";
import { join } from "node:path";
import { CASES, changed, HAS } from "./packagers_tools.ts";
import { Host, PROGRAM, run } from "./support.ts";

const PLAIN_PROGRAM = join(Deno.cwd(), "dist/hookvisor-without-checkpoint");
const WHY = "this program was built without checkpoints (make CHECKPOINT=no)";
const CALL = ["qemu", "v1", "prepare", "begin", "-"];

async function say(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(PLAIN_PROGRAM, { args }).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("make CHECKPOINT=no says in version, checkpoint and doctor that the program has none, and why", async () => {
  const version = await say("version");
  assert.ok(version.text.includes(`no checkpoints: ${WHY}`), version.text);
  const json = JSON.parse((await say("version", "--json")).text) as { checkpoints: boolean };
  assert.equal(json.checkpoints, false);
  for (const option of [[], ["--if-needed"], ["--show"]]) {
    const ended = await say("checkpoint", ...option);
    assert.deepEqual([ended.code, ended.text], [1, `hookvisor checkpoint: no checkpoint: ${WHY}\n`]);
  }
  using host = new Host();
  const folders = ["--config-dir", host.config, "--state-dir", host.state, "--log-dir", host.log];
  const doctor = await say("doctor", "--json", ...folders);
  const { findings } = JSON.parse(doctor.text) as {
    findings: { check: string; level: string; seen: string }[];
  };
  const found = findings.find(({ check }) => check === "checkpoint");
  assert.deepEqual([found?.level, found?.seen], ["note", `hook calls start plainly: ${WHY}`]);
});

Deno.test("a program of make CHECKPOINT=no has nothing added at its entry, and answers a hook call", async () => {
  const hasCode = (program: string) =>
    new TextDecoder("latin1").decode(Deno.readFileSync(program)).includes("/run/hookvisor/checkpoint\0");
  assert.equal(hasCode(PLAIN_PROGRAM), false);
  assert.equal(hasCode(PROGRAM), Deno.build.arch === "x86_64");
  using host = new Host();
  host.handler("10-a", "on: [qemu/prepare]", "host.fail(`no ${event.name}`);");
  const folders = ["--config-dir", host.config, "--state-dir", host.state, "--log-dir", host.log];
  const ended = await say("hook", ...folders, ...CALL);
  assert.deepEqual([ended.code, ended.text], [1, "hookvisor: v1: prepare refused by 10-a: no v1\n"]);
  assert.equal(host.record().restored, undefined);
});

for (const [name, needs, script] of CASES) {
  Deno.test({
    ignore: Deno.build.arch !== "x86_64" || !needs.every((tool) => HAS[tool]),
    name: `after ${name} a program of make CHECKPOINT=no works: a command and a hook call (needs Debian's ${
      needs.join(" and ")
    })`,
    fn: async () => {
      using host = new Host();
      host.handler("10-a", "on: [qemu/prepare]", "host.fail(`no ${event.name}`);");
      const program = await changed(host, script, PLAIN_PROGRAM);
      const { code, stdout, stderr } = await run(program, ["version"]);
      assert.deepEqual([code, stdout, stderr], [0, (await say("version")).text, ""]);
      const ended = await run(program, host.arguments(CALL));
      assert.deepEqual([ended.code, ended.stderr], [1, "hookvisor: v1: prepare refused by 10-a: no v1\n"]);
    },
  });
}
