import type { Checkpoints } from "./checkpoints.ts";
import { PLAIN, PROBE, REHEARSE, RESTORED } from "./checkpoint_names.ts";
import { shouldTakeCheckpoint } from "./should_take.ts";
import { entrySegment } from "./os/entry_segment.ts";
import { isRestored } from "../system/restored.ts";
import { nameProcess } from "../system/self.ts";

/** Checkpoints of a program that was built with code for them at its entry. */
export const CHECKPOINTS: Checkpoints = {
  impossible: () => entrySegment() === undefined ? "checkpoints exist for x86-64 only" : undefined,

  async become(words, work) {
    if (words[1] !== REHEARSE) return undefined;
    nameProcess();
    const { becomeCheckpoint, end } = await import("./become_checkpoint.ts");
    return { words: await becomeCheckpoint(words[2] ?? "", Number(words[3]), work), end };
  },

  async probe(args, work) {
    if (isRestored()) {
      const { rehearse, startPlainly } = await import("./become_checkpoint.ts");
      if (args[0] !== PROBE) startPlainly();
      if (args[1] !== undefined && args[1] !== "-") await rehearse(1, work, args[1]);
    }
    if (args[0] !== PROBE) return undefined;
    return isRestored() ? RESTORED : PLAIN;
  },

  async afterCall({ state }) {
    if (isRestored() || !shouldTakeCheckpoint(state)) return;
    const { startTaking } = await import("./start_taking.ts");
    startTaking(state);
  },

  async removeUnwanted({ checkpoint }, directories) {
    if (checkpoint || !isRestored()) return;
    const { removeCheckpoint } = await import("./remove_checkpoint.ts");
    removeCheckpoint(directories);
  },
};
