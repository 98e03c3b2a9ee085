import {
  dropHeldChange,
  findHeldChange,
  type HeldChange,
  type HeldValue,
  noteFailure,
} from "./held_changes.ts";
import { type Journal, JournalError, type Transaction } from "./journal.ts";
import { lockPath } from "./set_values.ts";
import { type Place, walkReal } from "../system/file.ts";
import { isKernelFile } from "../system/kernel_file.ts";
import { NotOrdinary } from "../system/ordinary_file.ts";
import { readSettings, settingText, type Waiting, writeSettings } from "../system/setting_file.ts";
import { guarded, MayHang, mayHang } from "../system/slow_mounts.ts";
import { SystemError } from "../system/system_error.ts";
import { restoreApart, type RestoredApart, type RestoreRequest } from "./restore_apart.ts";

/** The result for one value. Without `error` it is done and no longer held. */
export interface Restored {
  hold: HeldChange;
  note?: string;
  error?: string;
}

/** A value that is being restored. */
interface Target extends Restored {
  what: HeldValue;
  /**
   * What the file must contain; undefined where another holder has set it after this guest: that value stays.
   */
  text: string | undefined;
}

/** The parts of a hold that restoring it needs. */
type Way = Pick<Target, "what" | "text" | "note" | "error">;

const GONE = "the file is gone";

/**
 * Takes a guest's values away from files: each gets the value of its last
 * remaining holder, or else what the file held at first.
 *
 * What another program has written meanwhile is overwritten, and reported in
 * `note`: an admin who intends to keep a change makes it where the guest's end
 * does not undo it. A file that is gone is not restored.
 *
 * @param holds values of one `fs.set`, in any order
 * @returns the results for those that no other process has undone meanwhile
 */
export function restoreValues(
  { journal, ...waiting }: Waiting & { journal: Journal },
  holds: readonly (HeldChange & { what: HeldValue })[],
): Restored[] {
  using locks = journal.locks();
  try {
    // In the order in which every process locks.
    const paths = holds.map(({ what }) => what.path).sort();
    for (const path of paths) lockPath(locks, path, waiting);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return holds.map((hold) => ({ hold, error: error.message }));
  }
  const targets = journal.urgentTransaction(
    waiting.deadline,
    (transaction) => holds.flatMap(({ id }) => targetOf(transaction, id) ?? []),
  );
  bringBack(targets, waiting);
  journal.urgentTransaction(waiting.deadline, (transaction) => {
    for (const { hold, error } of targets) {
      if (error === undefined) dropHeldChange(transaction, hold);
      else noteFailure(transaction, hold.id, error);
    }
  });
  return targets;
}

function targetOf(transaction: Transaction, id: number): Target | undefined {
  const hold = findHeldChange(transaction, id);
  if (hold === undefined || !hold.leaving || !("path" in hold.what)) return undefined;
  const { what } = hold;
  const others = transaction.all(
    `SELECT written, turn > (SELECT turn FROM hold WHERE id = ?1) AS later FROM hold
     WHERE path = ?2 AND id <> ?1 AND leaving = 0 ORDER BY turn DESC`,
    id,
    what.path,
  );
  const [next] = others;
  if (next?.later === 1) return { hold, what, text: undefined };
  return { hold, what, text: next === undefined ? what.original : String(next.written) };
}

/** Restores one value, in the separate process (restore_apart.ts). */
export function restoreValue({ what, text }: RestoreRequest, waiting: Waiting): RestoredApart {
  const way: Way = { what, text };
  bringBack([way], waiting);
  const { note, error } = way;
  return { ...(note === undefined ? {} : { note }), ...(error === undefined ? {} : { error }) };
}

/** Writes the remaining values, and notes the result in each target. */
function bringBack(targets: readonly Way[], waiting: Waiting): void {
  using places = new DisposableStack();
  const there: { target: Way; place: Place }[] = [];
  for (const target of targets) {
    if (target.text === undefined) continue;
    if (mayHang(target.what.path)) {
      Object.assign(target, restoreApart(target.what, target.text, waiting));
      continue;
    }
    const place = placeOf(target);
    if (place !== undefined) there.push({ target, place: places.use(place) });
  }
  const found = readSettings(there.map(({ place }) => place), waiting);
  const jobs = there.flatMap(({ target, place }, i) => {
    const now = found[i]!;
    const text = typeof now === "string" ? settingText(place.path, now) : undefined;
    // A file that cannot be read may still be writable, unless it is not an ordinary file.
    if (now instanceof NotOrdinary || isGone(now)) note(target, now);
    else if (text !== target.text) return [{ target, place, text: target.text!, found: text }];
    return [];
  });
  writeSettings(jobs, waiting).forEach((error, i) => {
    const { target, found } = jobs[i]!;
    if (error !== undefined) note(target, error);
    else if (found !== undefined && !isSame(target.what, found)) {
      target.note = `it held ${JSON.stringify(found.slice(0, 200))}, which another program had written`;
    }
  });
}

function placeOf(target: Way): Place | undefined {
  try {
    const place = guarded(() => walkReal(target.what.path));
    if (place.status() !== undefined) return place;
    place[Symbol.dispose]();
    target.note = GONE;
  } catch (error) {
    // Someone has put a link on the way.
    if (error instanceof MayHang) target.error = `${target.what.path} now leads elsewhere: ${error.message}`;
    else if (error instanceof SystemError) note(target, error);
    else throw error;
  }
  return undefined;
}

function note(target: Way, error: SystemError | NotOrdinary): void {
  if (isGone(error)) target.note = GONE;
  else target.error = error.message;
}

/** Kernel files return a line end, whether one was written or not. */
function isSame({ path, written }: HeldValue, found: string): boolean {
  return found === written || (isKernelFile(path) && found.trim() === written.trim());
}

function isGone(error: unknown): error is SystemError {
  return error instanceof SystemError && ["ENOENT", "ENOTDIR", "ENODEV"].includes(error.code);
}
