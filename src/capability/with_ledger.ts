import type { Answer, CallContext, Capability, Failure } from "./capability.ts";
import type { Json } from "../base/json.ts";
import type { LedgerDoor } from "../ledger/door.ts";
import { type Ledger, LedgerError } from "../ledger/ledger.ts";

/** What a call does once the journal is there. */
export type LedgerCall = (ledger: Ledger, args: readonly Json[], context: CallContext) => Answer;

/** A capability that needs the journal. The first in a process waits until SQLite is loaded. */
export function withLedger(call: string, door: LedgerDoor, act: LedgerCall): Capability {
  return (args, context) => {
    if (door.isReady) return attempt(call, () => act(door.ledger, args, context));
    let running = true;
    const end = () => {
      running = false;
    };
    const ready = door.load().then(() => {
      if (!running) return;
      running = false;
      context.answer(attempt(call, () => act(door.ledger, args, context)));
    }, (error) => {
      running = false;
      context.answer(failure(call, "Error", `SQLite cannot be loaded: ${messageOf(error)}`));
    });
    return {
      pending: true,
      ready,
      stop: end,
      kill: end,
      get running() {
        return running;
      },
    };
  };
}

function attempt(call: string, act: () => Answer): Answer {
  try {
    return act();
  } catch (error) {
    if (error instanceof LedgerError) {
      return failure(call, error.busy ? "TimeoutError" : "SystemError", error.message);
    }
    // A fault of ours. After loading there is nobody above who would tell the handler.
    return failure(call, "Error", `internal error, please report it: ${messageOf(error)}`);
  }
}

function failure(call: string, name: string, message: string): Failure {
  return { error: { name, message: `host.${call}: ${message}` } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
