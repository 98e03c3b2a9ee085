import type { Answer, CallContext } from "./capability.ts";
import type { Holder } from "../undo/held_changes.ts";
import { type Journal, JournalError } from "../undo/journal.ts";

/** Uses the journal for a capability with `usesJournal`; if the journal cannot be used, the answer is that error. */
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

/** The holder of what a handler sets: its guest, through this handler. */
export function holderOf({ handler: { guest, name } }: Pick<CallContext, "handler">): Holder {
  return { ...guest, handler: name };
}
