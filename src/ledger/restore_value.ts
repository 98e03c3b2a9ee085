import { dropHold, findHold, type Hold } from "./hold.ts";
import { type Ledger, LedgerError } from "./ledger.ts";
import { lockPath } from "./set_values.ts";
import { type Place, walkReal } from "../system/file.ts";
import { isKernelFile } from "../system/kernel_file.ts";
import { NotOrdinary } from "../system/ordinary_file.ts";
import { readSetting, settingText, type Waiting, writeSettings } from "../system/setting_file.ts";
import { SystemError } from "../system/system_error.ts";

interface Restored {
  note?: string;
  error?: string;
}

/**
 * Takes a guest's value away from a file: the value of whoever set it last
 * among those that still hold it comes back, or what the file held at first.
 *
 * What somebody else has written meanwhile is overwritten, and said in `note`:
 * an admin who wants to keep a change makes it where the guest's end does not
 * undo it. A file that is gone has nothing to come back to.
 */
export function restoreValue(
  { ledger, ...waiting }: Waiting & { ledger: Ledger },
  { id }: Hold,
  { path }: { path: string },
): Restored {
  try {
    using locks = ledger.locks();
    lockPath(locks, path, waiting);
    const target = ledger.transaction(waiting.deadline, (transaction) => {
      const hold = findHold(transaction, id);
      if (hold === undefined || !hold.leaving || !("path" in hold.what)) return undefined;
      const [mine, ...others] = transaction.all(
        "SELECT id, written, leaving FROM hold WHERE path = ? ORDER BY id <> ?, turn DESC",
        path,
        id,
      );
      const next = others.find((row) => row.leaving === 0);
      const [newest] = transaction.all(
        "SELECT id FROM hold WHERE path = ? AND leaving = 0 AND turn > (SELECT turn FROM hold WHERE id = ?)",
        path,
        id,
      );
      const text = next === undefined ? hold.what.original : String(next.written);
      // Somebody set it after this guest did: the value is theirs already.
      return { hold, expected: String(mine?.written), text: newest === undefined ? text : undefined };
    });
    if (target === undefined) return {};
    const result = target.text === undefined ? {} : bringBack(path, target.text, target.expected, waiting);
    if (result.error === undefined) {
      ledger.transaction(waiting.deadline, (transaction) => dropHold(transaction, target.hold));
    }
    return result;
  } catch (error) {
    if (error instanceof LedgerError) return { error: error.message };
    throw error;
  }
}

function bringBack(path: string, text: string, expected: string, waiting: Waiting): Restored {
  try {
    using place = walkReal(path);
    if (place.status() === undefined) return { note: "the file is gone" };
    const found = currentText(place, waiting);
    if (found === text) return {};
    const [error] = writeSettings([{ place, text }], waiting);
    if (error !== undefined) return isGone(error) ? { note: "the file is gone" } : { error: error.message };
    if (found === undefined || isSame(path, found, expected)) return {};
    return { note: `it held ${JSON.stringify(found.slice(0, 200))}, which somebody else had written` };
  } catch (error) {
    if (isGone(error)) return { note: "the file is gone" };
    if (error instanceof SystemError || error instanceof NotOrdinary) return { error: error.message };
    throw error;
  }
}

/** What it holds now; undefined where it cannot be read, which does not keep it from being written. */
function currentText(place: Place, waiting: Waiting): string | undefined {
  try {
    return settingText(place.path, readSetting(place, waiting));
  } catch (error) {
    if (error instanceof SystemError && !isGone(error)) return undefined;
    throw error;
  }
}

/** Files of the kernel's are read with a line end, whether it was written or not. */
function isSame(path: string, found: string, expected: string): boolean {
  return found === expected || (isKernelFile(path) && found.trim() === expected.trim());
}

function isGone(error: unknown): boolean {
  return error instanceof SystemError && ["ENOENT", "ENOTDIR", "ENODEV"].includes(error.code);
}
