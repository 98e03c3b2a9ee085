import { Deadline } from "../../src/base/deadline.ts";
import { walkReal } from "../../src/system/file.ts";
import { Loop } from "../../src/system/loop.ts";
import { loadSqlite } from "../../src/system/sqlite.ts";
import { type HeldChange, listHeldChanges } from "../../src/undo/held_changes.ts";
import { Journal } from "../../src/undo/journal.ts";
import { playBack } from "../../src/undo/play_back.ts";
import { setValues } from "../../src/undo/set_values.ts";

await loadSqlite();

/** A process's own file of the kernel's, which takes numbers and nothing else. */
export const KERNELS = `/proc/${Deno.pid}/oom_score_adj`;

/** A journal of its own, and values that guests set and give back. */
export class SettingDesk {
  readonly folder = Deno.makeTempDirSync();
  readonly journal = new Journal(`${this.folder}/run`, () => {});
  readonly waiting = { loop: new Loop(), deadline: Deadline.in(10_000) };

  set(paths: string[], value: string, name = "v1") {
    const places = paths.map((path) => walkReal(path));
    try {
      const holder = { driver: "qemu", name, handler: "10-a" };
      return setValues(this.journal, holder, places, value, this.waiting);
    } finally {
      for (const place of places) place[Symbol.dispose]();
    }
  }

  /** Brings back what a guest holds. */
  giveBack(name = "v1", deadline = this.waiting.deadline) {
    return playBack({
      ...this.waiting,
      deadline,
      journal: this.journal,
      latest: this.waiting.deadline,
      play: () => ({}),
    }, {
      driver: "qemu",
      name,
    });
  }

  holds(): HeldChange[] {
    return this.journal.transaction(this.waiting.deadline, (transaction) => listHeldChanges(transaction));
  }

  /** Path, first value and value written of all that is held. */
  values() {
    return this.holds().map(({ what }) => "path" in what ? [what.path, what.original, what.written] : []);
  }

  [Symbol.dispose](): void {
    this.journal.close();
    Deno.removeSync(this.folder, { recursive: true });
  }
}
