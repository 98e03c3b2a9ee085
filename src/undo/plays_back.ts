import type { LazyJournal } from "./lazy_journal.ts";
import type { Guest } from "./held_changes.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { Operation } from "../protocol/operations.ts";

/** Whether what guests hold is undone at this operation, with or without a handler. */
export function playsBack(known: Operation | undefined): boolean {
  if (known === undefined) return false;
  const { driver, name } = known;
  if (driver === "daemon") return name === "start" || name === "shutdown";
  return name === (driver === "network" ? "stopped" : "release");
}

/** Whether aborting this operation means that a guest with holds does not start. */
export function leavesNothing({ driver, name }: Operation): boolean {
  return driver === "network" ? name === "start" : ["prepare", "start", "migrate", "restore"].includes(name);
}

/** Whether something may have to be undone after a call's handlers have run. */
export function mayPlayBack(known: Operation, aborted: boolean): boolean {
  return playsBack(known) || (aborted && leavesNothing(known));
}

/** Who holds what handlers set in a call: its guest or network, or for the `daemon` hooks the daemon. */
export function guestOf({ driver, object }: HookEvent, caller: string | undefined): Guest {
  return { driver, name: driver === "daemon" ? caller ?? object : object };
}

/**
 * The part of a call's time that is reserved for the undo, where something may be held: a fifth, and at most
 * this, in milliseconds.
 */
const MOST_RESERVED_MS = 3000;

/**
 * How much of a call's time is reserved for the undo after its handlers, in
 * milliseconds: where something is already held, and where a handler may hold
 * something and then abort.
 */
export function reservedMs(
  known: Operation,
  lazyJournal: Pick<LazyJournal, "exists">,
  timeoutMs: number,
  handlers: readonly MayHold[],
): number {
  const isDue = (playsBack(known) && lazyJournal.exists) ||
    (leavesNothing(known) && (lazyJournal.exists || handlers.some(mayHold)));
  return isDue ? Math.min(MOST_RESERVED_MS, timeoutMs / 5) : 0;
}

/** The part of a planned handler that shows whether it may hold anything. */
interface MayHold {
  handler: {
    manifest?: { allow: { exec: readonly unknown[]; look: readonly unknown[]; write: readonly unknown[] } };
  };
}

function mayHold({ handler: { manifest } }: MayHold): boolean {
  return manifest !== undefined &&
    manifest.allow.exec.length + manifest.allow.look.length + manifest.allow.write.length > 0;
}
