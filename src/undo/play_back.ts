import {
  dropHeldChange,
  findHeldChange,
  type Guest,
  guestWord,
  type HeldChange,
  type HeldValue,
  listHeldChanges,
  markLeaving,
  noteFailure,
  type UndoCommand,
  type UndoWrite,
  whatWord,
} from "./held_changes.ts";
import type { Deadline } from "../base/deadline.ts";
import { type Journal, JournalError } from "./journal.ts";
import { restoreValues } from "./restore_values.ts";
import type { UndoneEntry } from "../records/record.ts";
import type { Waiting } from "../system/setting_file.ts";
import { pollUntil } from "../system/wait.ts";

/** How the undo reaches the host. */
export interface PlaybackSetting extends Waiting {
  journal: Journal;
  /**
   * The latest end of commands that may run past the deadline because they were held with a longer timeout:
   * one for all guests of a call.
   */
  latest: Deadline;
  /** Receives a deadline later than the call's. */
  extended?: ((deadline: Deadline) => void) | undefined;
  /** Runs a held command or writes a held text. */
  play(what: UndoCommand | UndoWrite, waiting: Waiting): Played;
}

/** The result of a command or a write: without `error` it is done. */
export interface Played {
  error?: string;
  /** A remark: nothing was left to undo. */
  note?: string;
}

/**
 * Undoes what a guest held, the last first. A step that fails stays, and the
 * rest continue. If another process undoes the same hold at the same time, this
 * waits for it and does not repeat it.
 *
 * @throws {JournalError} when the journal cannot be used
 */
export function playBack(setting: PlaybackSetting, guest: Guest): UndoneEntry[] {
  const { journal, loop, deadline } = setting;
  // First, so that whatever is not done now is recorded as due.
  const due = journal.urgentTransaction(deadline, (transaction) => {
    markLeaving(transaction, guest);
    return listHeldChanges(transaction, guest);
  });
  if (due.length === 0) return [];
  using lock = journal.locks();
  if (!pollUntil(() => lock.tryLock(`guest ${guestWord(guest)}`), loop, deadline)) {
    throw new JournalError(`what ${guestWord(guest)} held was being undone by another hook call`, true);
  }
  return playSteps(withTimeFor(due, setting), due);
}

/**
 * With as much time from now as the commands requested when they were held,
 * where that is more than the call has left: what takes long to stop takes long
 * to start.
 */
function withTimeFor(due: readonly HeldChange[], setting: PlaybackSetting): PlaybackSetting {
  const asked = due.reduce((sum, { what }) => sum + ("command" in what ? what.timeoutMs ?? 0 : 0), 0);
  const deadline = setting.deadline.later(Math.min(asked, setting.latest.remaining));
  if (deadline.at > setting.deadline.at) setting.extended?.(deadline);
  return { ...setting, deadline };
}

/**
 * Tries again what failed before, for every guest that does not run and that no
 * other process is undoing, or has just undone: what a guest left before it was
 * started again waits until that guest has ended.
 *
 * @param isRunning In doubt true. It is not called for what a daemon holds.
 */
export function playLeftovers(
  setting: PlaybackSetting,
  played: readonly Guest[],
  isRunning: (guest: Guest) => boolean,
): UndoneEntry[] {
  const { journal, deadline } = setting;
  const due = journal.transaction(deadline, listHoldsLeaving);
  const guests = new Map<string, Guest>(due.map((hold) => [guestWord(hold), hold]));
  for (const guest of played) guests.delete(guestWord(guest));
  return [...guests].flatMap(([word, guest]) => {
    if (guest.driver !== "daemon" && isRunning(guest)) return [];
    using lock = journal.locks();
    if (!lock.tryLock(`guest ${word}`)) return [];
    // Without the time that its commands requested: otherwise this call's guest would wait for another
    // guest's commands.
    return playSteps(setting, due.filter((hold) => guestWord(hold) === word));
  });
}

function listHoldsLeaving(transaction: Parameters<typeof listHeldChanges>[0]): HeldChange[] {
  return listHeldChanges(transaction).filter((hold) => hold.leaving);
}

/** The last first; values of one `fs.set` together. */
function playSteps(setting: PlaybackSetting, due: readonly HeldChange[]): UndoneEntry[] {
  const steps: UndoneEntry[] = [];
  for (let last = due.length - 1; last >= 0;) {
    let first = last;
    while (first > 0 && isSameCall(due[first - 1]!, due[last]!)) first--;
    steps.push(...playGroup(setting, due.slice(first, last + 1)));
    last = first - 1;
  }
  return steps;
}

function isSameCall(a: HeldChange, b: HeldChange): boolean {
  return isValue(a) && isValue(b) && a.what.call === b.what.call;
}

function isValue(hold: HeldChange): hold is HeldChange & { what: HeldValue } {
  return "path" in hold.what;
}

/**
 * Values of one call, or one command or write. Nothing where another process has done it, or where the guest
 * holds it again.
 */
function playGroup(setting: PlaybackSetting, holds: readonly HeldChange[]): UndoneEntry[] {
  const values = holds.filter(isValue);
  if (setting.deadline.passed) {
    return holds.map((hold) => told({ hold, error: "not run: the time limit had already passed" }));
  }
  if (values.length > 0) return restoreValues(setting, values).reverse().map(told);
  return holds.flatMap((hold) => play(setting, hold));
}

function told({ hold, ...result }: { hold: HeldChange; note?: string; error?: string }): UndoneEntry {
  return {
    guest: guestWord(hold),
    handler: hold.handler,
    what: whatWord(hold),
    ok: result.error === undefined,
    ...(result.note === undefined ? {} : { note: result.note }),
    ...(result.error === undefined ? {} : { error: result.error }),
  };
}

function play(setting: PlaybackSetting, { id }: HeldChange): UndoneEntry[] {
  const { journal, deadline } = setting;
  const hold = journal.transaction(deadline, (transaction) => findHeldChange(transaction, id));
  if (hold === undefined || !hold.leaving) return [];
  const { what } = hold;
  if ("path" in what) return [];
  const played = setting.play(what, setting);
  const { error } = played;
  journal.urgentTransaction(deadline, (transaction) => {
    // Its guest was started again meanwhile, and holds it again.
    if (findHeldChange(transaction, id)?.leaving !== true) return;
    if (error === undefined) dropHeldChange(transaction, hold);
    else noteFailure(transaction, id, error);
  });
  return [told({ hold, ...played })];
}
