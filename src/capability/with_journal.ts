import type { Answer, CallContext, Capability } from "./capability.ts";
import type { Json } from "../base/json.ts";
import type { LazyJournal } from "../undo/lazy_journal.ts";
import { type Journal, JournalError } from "../undo/journal.ts";

/** What a call does once the journal is there. */
export type JournalCall = (journal: Journal, args: readonly Json[], context: CallContext) => Answer;

/** A capability that needs the journal, whose code has been loaded (`LazyJournal.load`). */
export function withJournal(call: string, lazyJournal: LazyJournal, act: JournalCall): Capability {
  return (args, context) => {
    try {
      return act(lazyJournal.journal, args, context);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      const name = error.busy ? "TimeoutError" : "SystemError";
      return { error: { name, message: `host.${call}: ${error.message}` } };
    }
  };
}
