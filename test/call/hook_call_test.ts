import assert from "node:assert/strict";
import { hookCall } from "../../src/call/hook_call.ts";

async function call(driver: string, ...args: string[]) {
  const folder = Deno.makeTempDirSync();
  try {
    const directories = {
      config: `${folder}/etc`,
      state: `${folder}/run`,
      log: `${folder}/log`,
      libvirt: `${folder}/libvirt`,
      journald: `${folder}/journal`,
    };
    const reply = await hookCall(driver, args, directories);
    let records: { operation: string; notes?: string[] }[] = [];
    try {
      records = Deno.readTextFileSync(`${folder}/log/events.jsonl`).trimEnd().split("\n").map((line) =>
        JSON.parse(line)
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return { reply, records };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("a call without any handler goes on, and is recorded", async () => {
  const { reply, records } = await call("qemu", "v1", "prepare", "begin", "-");
  assert.deepEqual(reply, { exitCode: 0, stdout: "", stderr: "" });
  assert.deepEqual(records.map(({ operation }) => operation), ["prepare"]);
});

Deno.test("an operation that nobody has heard of goes on, with a remark", async () => {
  const { reply, records } = await call("qemu", "v1", "teleport", "begin", "-");
  assert.deepEqual(reply, { exitCode: 0, stdout: "", stderr: "" });
  assert.deepEqual(records[0]?.notes, ["unknown operation qemu/teleport: nothing to do"]);
});

Deno.test("what is no hook call gets the operation's verdict, in one line", async () => {
  const aborted = await call("qemu", "v1", "prepare");
  assert.equal(aborted.reply.exitCode, 1);
  assert.match(aborted.reply.stderr, /^hookvisor: wrong number of arguments[^\n]+\n$/);
  const ignored = await call("qemu", "v1", "reconnect");
  assert.equal(ignored.reply.exitCode, 0);
  assert.match(ignored.reply.stderr, /^hookvisor: wrong number of arguments[^\n]+\n$/);
});
