import type { Answer, CallContext } from "./capability.ts";
import type { Holder } from "../undo/held_changes.ts";
import { type Journal, JournalError } from "../undo/journal.ts";

/** Does something with the journal, for a capability with `usesJournal`; what keeps it from being used is the answer. */
export function withJournal(
  call: string,
  { handler }: Pick<CallContext, "handler">,
  act: (journal: Journal) => Answer,
): Answer {
  try {
    return act(handler.lazyJournal.journal);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    const name = error.busy ? "TimeoutError" : "SystemError";
    return { error: { name, message: `host.${call}: ${error.message}` } };
  }
}

/** Who holds what a handler sets: its guest, by this handler. */
export function holderOf({ handler: { guest, name } }: Pick<CallContext, "handler">): Holder {
  return { ...guest, handler: name };
}
