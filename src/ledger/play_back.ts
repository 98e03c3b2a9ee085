import {
  dropHold,
  findHold,
  type Guest,
  guestWord,
  type Hold,
  listHolds,
  markLeaving,
  noteFailure,
} from "./hold.ts";
import { type Ledger, LedgerError } from "./ledger.ts";
import { restoreValue } from "./restore_value.ts";
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
  ledger: Ledger;
  /** Runs a command of a hold; gives why it failed, or undefined. */
  runCommand(hold: Hold, waiting: Waiting): string | undefined;
}

/**
 * Brings back what a guest held, the last first. A step that fails stays and
 * the rest go on. What another process plays back at the same time is waited
 * for, and not done twice.
 *
 * @throws {LedgerError} when the journal cannot be used
 */
export function playBack(setting: PlaybackSetting, guest: Guest): UndoneStep[] {
  const { ledger, loop, deadline } = setting;
  // First of all, so that what is not done now is known to be due.
  const due = ledger.transaction(deadline, (transaction) => {
    markLeaving(transaction, guest);
    return listHolds(transaction, guest);
  });
  if (due.length === 0) return [];
  using lock = ledger.locks();
  if (!pollUntil(() => lock.tryLock(`guest ${guestWord(guest)}`), loop, deadline)) {
    throw new LedgerError(`what ${guestWord(guest)} held was being played back by another hook call`, true);
  }
  return due.reverse().flatMap((hold) => playStep(setting, hold));
}

/**
 * Tries again what failed before, for every guest that is not being played
 * back by another process, nor was just now.
 */
export function playLeftovers(setting: PlaybackSetting, played: readonly Guest[]): UndoneStep[] {
  const { ledger, deadline } = setting;
  const due = ledger.transaction(deadline, listHoldsLeaving);
  const guests = new Set(due.map(guestWord));
  for (const guest of played) guests.delete(guestWord(guest));
  return [...guests].flatMap((word) => {
    using lock = ledger.locks();
    if (!lock.tryLock(`guest ${word}`)) return [];
    return due.filter((hold) => guestWord(hold) === word).reverse().flatMap((hold) =>
      playStep(setting, hold)
    );
  });
}

function listHoldsLeaving(transaction: Parameters<typeof listHolds>[0]): Hold[] {
  return listHolds(transaction).filter((hold) => hold.leaving);
}

/** None when another process has done it, or when the guest holds it anew. */
function playStep(setting: PlaybackSetting, { id }: Hold): UndoneStep[] {
  const { ledger, deadline } = setting;
  const hold = ledger.transaction(deadline, (transaction) => findHold(transaction, id));
  if (hold === undefined || !hold.leaving) return [];
  const { what } = hold;
  const step = {
    guest: guestWord(hold),
    handler: hold.handler,
    what: "path" in what ? what.path : [what.command, ...what.args].join(" "),
  };
  const result = deadline.passed
    ? { error: "the time was over" }
    : "path" in what
    ? restoreValue(setting, hold, what)
    : runCommand(setting, hold);
  const { error } = result;
  if (error === undefined) return [{ ...step, ok: true, ...result }];
  ledger.transaction(deadline, (transaction) => noteFailure(transaction, id, error));
  return [{ ...step, ok: false, ...result }];
}

function runCommand(setting: PlaybackSetting, hold: Hold): { error?: string } {
  const error = setting.runCommand(hold, setting);
  if (error !== undefined) return { error };
  setting.ledger.transaction(setting.deadline, (transaction) => dropHold(transaction, hold));
  return {};
}
