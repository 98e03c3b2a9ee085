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
import type { Waiting } from "../system/setting_file.ts";
import { pollUntil } from "../system/wait.ts";

/** One step of playing back, for the record. */
export interface UndoneStep {
  /** `qemu/win11` */
  guest: string;
  handler: string;
  /** The path, or the command line. */
  what: string;
  /** It is done and forgotten; else it is kept and tried again. */
  ok: boolean;
  /** Something to know: another value than expected was there, the file is gone. */
  note?: string;
  error?: string;
}

/** How playing back reaches the host. */
export interface PlaybackSetting extends Waiting {
  journal: Journal;
  /** The end of what commands may have beyond the deadline, for which more time was asked when they were held: one for all guests of a call. */
  latest: Deadline;
  /** Is told of a later deadline than the one of the call. */
  extended?: ((deadline: Deadline) => void) | undefined;
  /** Runs a command or writes a text that was held. */
  play(what: UndoCommand | UndoWrite, waiting: Waiting): Played;
}

/** What became of a command or a write: without `error` it is done. */
export interface Played {
  error?: string;
  /** Something to know: there was nothing to undo any more. */
  note?: string;
}

/**
 * Brings back what a guest held, the last first. A step that fails stays and
 * the rest go on. What another process plays back at the same time is waited
 * for, and not done twice.
 *
 * @throws {JournalError} when the journal cannot be used
 */
export function playBack(setting: PlaybackSetting, guest: Guest): UndoneStep[] {
  const { journal, loop, deadline } = setting;
  // First of all, so that what is not done now is known to be due.
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
 * With as much time from now as the commands asked for when they were held,
 * where that is more than the call has left: what took long to stop takes long
 * to start.
 */
function withTimeFor(due: readonly HeldChange[], setting: PlaybackSetting): PlaybackSetting {
  const asked = due.reduce((sum, { what }) => sum + ("command" in what ? what.timeoutMs ?? 0 : 0), 0);
  const deadline = setting.deadline.later(Math.min(asked, setting.latest.remaining));
  if (deadline.at > setting.deadline.at) setting.extended?.(deadline);
  return { ...setting, deadline };
}

/**
 * Tries again what failed before, for every guest that is not being played
 * back by another process, nor was just now, and does not run: what a guest
 * left that has been started again waits until it is gone.
 *
 * @param isRunning In doubt true. What a daemon holds is not asked about.
 */
export function playLeftovers(
  setting: PlaybackSetting,
  played: readonly Guest[],
  isRunning: (guest: Guest) => boolean,
): UndoneStep[] {
  const { journal, deadline } = setting;
  const due = journal.transaction(deadline, listHoldsLeaving);
  const guests = new Map<string, Guest>(due.map((hold) => [guestWord(hold), hold]));
  for (const guest of played) guests.delete(guestWord(guest));
  return [...guests].flatMap(([word, guest]) => {
    if (guest.driver !== "daemon" && isRunning(guest)) return [];
    using lock = journal.locks();
    if (!lock.tryLock(`guest ${word}`)) return [];
    // Without the time that its commands asked for: the guest whose call this is would wait for another's.
    return playSteps(setting, due.filter((hold) => guestWord(hold) === word));
  });
}

function listHoldsLeaving(transaction: Parameters<typeof listHeldChanges>[0]): HeldChange[] {
  return listHeldChanges(transaction).filter((hold) => hold.leaving);
}

/** The last first; values of one `fs.set` together. */
function playSteps(setting: PlaybackSetting, due: readonly HeldChange[]): UndoneStep[] {
  const steps: UndoneStep[] = [];
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

/** Values of one call, or one command or write. Nothing for what another process has done, or what the guest holds anew. */
function playGroup(setting: PlaybackSetting, holds: readonly HeldChange[]): UndoneStep[] {
  const values = holds.filter(isValue);
  if (setting.deadline.passed) {
    return holds.map((hold) => told({ hold, error: "not run: the time limit had already passed" }));
  }
  if (values.length > 0) return restoreValues(setting, values).reverse().map(told);
  return holds.flatMap((hold) => play(setting, hold));
}

function told({ hold, ...result }: { hold: HeldChange; note?: string; error?: string }): UndoneStep {
  return {
    guest: guestWord(hold),
    handler: hold.handler,
    what: whatWord(hold),
    ok: result.error === undefined,
    ...(result.note === undefined ? {} : { note: result.note }),
    ...(result.error === undefined ? {} : { error: result.error }),
  };
}

function play(setting: PlaybackSetting, { id }: HeldChange): UndoneStep[] {
  const { journal, deadline } = setting;
  const hold = journal.transaction(deadline, (transaction) => findHeldChange(transaction, id));
  if (hold === undefined || !hold.leaving) return [];
  const { what } = hold;
  if ("path" in what) return [];
  const played = setting.play(what, setting);
  const { error } = played;
  journal.urgentTransaction(deadline, (transaction) => {
    // Its guest was started again meanwhile, and holds it anew.
    if (findHeldChange(transaction, id)?.leaving !== true) return;
    if (error === undefined) dropHeldChange(transaction, hold);
    else noteFailure(transaction, id, error);
  });
  return [told({ hold, ...played })];
}
