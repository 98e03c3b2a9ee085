import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Bench } from "../bench.ts";
import { NOTES } from "../handlers.ts";
import type { Rig } from "../rig.ts";
import { CHECKPOINT, REHEARSAL, taken, TRIED } from "../starts.ts";
import type { RestoredCalls } from "./restored_calls.ts";

const PROGRAM = "/usr/bin/hookvisor";
const TAG_SIZE = 16;

/** An update of the program, and the removal of its checkpoint, beside a running daemon. */
export async function replaced(bench: Bench, rig: Rig, calls: RestoredCalls): Promise<void> {
  /** A guest's five calls do what they should; gives how many were restored. */
  const restored = async (): Promise<number> => {
    await calls.next();
    const printed = await rig.read(`${NOTES}/printed`);
    await rig.must("start", "v1");
    await rig.must("destroy", "v1");
    const events = await calls.next();
    assert.equal(events.length, 5);
    assert.deepEqual(events.filter(({ verdict }) => verdict !== "success"), []);
    assert.equal(await rig.read(`${NOTES}/printed`), `${printed}v1`);
    return events.filter((event) => event.restored).length;
  };
  const hookvisor = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await rig.run(["hookvisor", ...args]);
    assert.equal(code, 0, stderr);
    return stdout;
  };

  await bench.check("another build takes the program's place: calls are right, and plain", async () => {
    await replaceProgram(rig, await anotherBuild(rig));
    assert.equal(await restored(), 0);
  });
  await bench.check("when the last try is long ago, the next call has a new checkpoint taken", async () => {
    const old = await inode(rig);
    await makeOld(rig);
    await restored();
    await taken(rig, old);
    assert.ok(await restored() > 0);
  });
  await bench.check(
    "the same build anew: plain calls, restored ones after checkpoint --if-needed",
    async () => {
      await replaceProgram(rig, await Deno.readFile(rig.path(PROGRAM)));
      assert.equal(await restored(), 0);
      assert.match(
        await hookvisor("checkpoint", "--if-needed"),
        /MiB, created in .* s; hook calls start from it/,
      );
      assert.ok(await restored() > 0);
      assert.match(await hookvisor("checkpoint", "--if-needed"), /checkpoint: hook calls start from it/);
    },
  );
  await bench.check("checkpoint --remove: plain calls, and none has another taken at once", async () => {
    assert.match(await hookvisor("checkpoint", "--remove"), /removed/);
    assert.equal(await restored(), 0);
    assert.equal(await rig.exists(CHECKPOINT), false);
    assert.match(await hookvisor("checkpoint", "--remove"), /does not exist/);
  });
  await bench.check(
    "who takes one is killed: no process of it stays, and the next makes up for it",
    async () => {
      await makeOld(rig);
      await rig.signalDaemon("HUP");
      await rig.until("one is being taken", () => rig.exists(REHEARSAL), 60_000);
      await rig.run(["pkill", "-KILL", "-f", "checkpoint --if-needed"]);
      await rig.until("nothing of it runs", async () => {
        return (await rig.run(["pgrep", "-f", "/proc/self/exe|checkpoint --if-needed"])).stdout === "";
      });
      await restored();
      assert.match(await hookvisor("checkpoint"), /hook calls start from it/);
      assert.equal(await rig.exists(REHEARSAL), false);
      assert.ok(await restored() > 0);
    },
  );
}

/** The last try to take a checkpoint is so long ago that a plain call has it tried again. */
async function makeOld(rig: Rig): Promise<void> {
  const { code, stderr } = await rig.run(["touch", "-d", "11 minutes ago", TRIED]);
  assert.equal(code, 0, stderr);
}

async function inode(rig: Rig): Promise<number> {
  return (await Deno.stat(rig.path(CHECKPOINT))).ino!;
}

/** The program as a package's update brings it: the same but for what it knows its checkpoints by. */
async function anotherBuild(rig: Rig): Promise<Uint8Array> {
  const tag = (await Deno.readFile(rig.path(CHECKPOINT))).subarray(0, TAG_SIZE);
  const program = Buffer.from(await Deno.readFile(rig.path(PROGRAM)));
  const at = program.indexOf(tag);
  assert.notEqual(at, -1, "the program does not hold its checkpoint's tag");
  program[at]! ^= 1;
  return program;
}

/** As a package manager does: a new file, put over the old one's name. */
async function replaceProgram(rig: Rig, bytes: Uint8Array): Promise<void> {
  await Deno.writeFile(rig.path(`${PROGRAM}.new`), bytes, { mode: 0o755 });
  await Deno.rename(rig.path(`${PROGRAM}.new`), rig.path(PROGRAM));
}
