import type { Answer, CallContext, Capability } from "./capability.ts";
import type { Json } from "../base/json.ts";
import type { LedgerDoor } from "../ledger/door.ts";
import { type Ledger, LedgerError } from "../ledger/ledger.ts";

/** What a call does once the journal is there. */
export type LedgerCall = (ledger: Ledger, args: readonly Json[], context: CallContext) => Answer;

/** A capability that needs the journal, whose code has been loaded (`LedgerDoor.load`). */
export function withLedger(call: string, door: LedgerDoor, act: LedgerCall): Capability {
  return (args, context) => {
    try {
      return act(door.ledger, args, context);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      const name = error.busy ? "TimeoutError" : "SystemError";
      return { error: { name, message: `host.${call}: ${error.message}` } };
    }
  };
}
