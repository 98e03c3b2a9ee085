import assert from "node:assert/strict";
import type { Event } from "./checks/events.ts";
import type { Report } from "./report.ts";
import type { Rig } from "./rig.ts";

/**
 * How a rig's hook calls start: from a checkpoint that is there before the first; plainly, because somebody has
 * just tried in vain to take one; or as it comes on a machine that nobody prepared.
 */
export type Starts = "restored" | "plain" | "unprepared";

/** Elsewhere the program has no code for checkpoints, and all calls start plainly. */
export const HAS_CHECKPOINTS = Deno.build.arch === "x86_64";
const STATE = "/run/hookvisor";
export const CHECKPOINT = `${STATE}/checkpoint`;
export const TRIED = `${CHECKPOINT}.tried`;
export const REHEARSAL = `${STATE}/.rehearsal`;
/** A new process may have its own memory in the way of a checkpoint's; so many in a hundred may start plainly for that. */
const PLAIN_PERCENT = 5;

/** Brings that about, before the rig's daemon runs. */
export async function prepareStarts(rig: Rig, starts: Starts): Promise<void> {
  if (starts === "restored") {
    const { code, stdout, stderr } = await rig.run(["hookvisor", "checkpoint"]);
    assert.equal(code, 0, `no checkpoint: ${stdout}${stderr}`);
  } else if (starts === "plain") {
    const { code, stderr } = await rig.run([
      "sh",
      "-c",
      `mkdir -m 700 ${STATE} && touch ${TRIED}`,
    ]);
    assert.equal(code, 0, stderr);
  }
}

/** Waits for a checkpoint, another than that with this inode, to be taken and tried out. */
export async function taken(rig: Rig, old?: number): Promise<void> {
  const inode = () => Deno.stat(rig.path(CHECKPOINT)).then(({ ino }) => ino, () => undefined);
  await rig.until("a checkpoint is there", async () => (await inode() ?? old) !== old, 60_000);
  await rig.until("it is tried out", async () => !(await rig.exists(REHEARSAL)), 60_000);
  assert.ok(await rig.exists(CHECKPOINT), "nothing could start from the checkpoint");
}

/** Makes the rig's program, which is mounted there, a file that can be replaced. */
export async function fileOfProgram(rig: Rig): Promise<void> {
  const program = "/usr/bin/hookvisor";
  const steps = `cp ${program} ${program}.new && umount ${program} && mv ${program}.new ${program}`;
  const { code, stderr } = await rig.run(["sh", "-c", steps]);
  assert.equal(code, 0, stderr);
}

/** Of calls that should have been restored: as many as may have started plainly all the same. */
export function fewOf(calls: number): number {
  return Math.max(2, Math.ceil(calls * PLAIN_PERCENT / 100));
}

/** Counts how calls did start, by how they were to. */
export class StartsSeen {
  readonly #counts = {
    restored: { restored: 0, plain: 0 },
    plain: { restored: 0, plain: 0 },
    unprepared: { restored: 0, plain: 0 },
  } satisfies Record<Starts, unknown>;

  add(starts: Starts, events: Event[]): void {
    // What hookvisor watch says of itself is no call, nor is a handler in the background, which a call starts.
    const calls = events.filter(({ event, handlers, background }) =>
      background === undefined && (event === undefined || handlers.length > 0)
    );
    for (const { restored } of calls) this.#counts[starts][restored ? "restored" : "plain"]++;
  }

  /** What must hold of a whole run, and its numbers. */
  async check(report: Report): Promise<void> {
    const { restored, plain, unprepared } = this.#counts;
    const all = [restored, plain, unprepared];
    const sum = (how: "restored" | "plain") => all.reduce((sum, counts) => sum + counts[how], 0);
    report.note(
      `of ${sum("restored") + sum("plain")} records ${sum("restored")} are of restored calls, ` +
        `${sum("plain")} of plain ones; beside a checkpoint ${restored.restored} and ${restored.plain}`,
    );
    const beside = restored.restored + restored.plain;
    if (beside > 0) {
      await report.check("beside a checkpoint calls were restored, all but a few", () => {
        assert.ok(restored.restored > 0, "none was");
        assert.ok(restored.plain <= fewOf(beside), `${restored.plain} of ${beside} started plainly`);
        return Promise.resolve();
      });
    }
    await report.check("without a checkpoint none was", () => {
      assert.equal(plain.restored, 0);
      return Promise.resolve();
    });
  }
}
