import { dropOriginal, holdAgain, type Holder } from "./held_changes.ts";
import { type Journal, JournalError, type Transaction } from "./journal.ts";
import type { Place } from "../system/file.ts";
import { NotOrdinary } from "../system/ordinary_file.ts";
import type { RangeLock } from "../system/range_lock.ts";
import { processId } from "../system/process_id.ts";
import { readSettings, settingText, type Waiting, writeSettings } from "../system/setting_file.ts";
import type { SystemError } from "../system/system_error.ts";
import { pollUntil } from "../system/wait.ts";

/**
 * Sets files to a value, held by a guest until it is gone.
 *
 * In this order, each path locked against other hook processes: what it holds is read, what must be restored
 * is recorded, the value is written. A kill at any instant leaves the old value, or a record that restores
 * it.
 *
 * @param places real paths, each once
 * @returns the failures of writing, by path; those paths are unchanged, and this holder no longer holds them
 * @throws {JournalError | SystemError | NotOrdinary} before any change
 */
export function setValues(
  journal: Journal,
  holder: Holder,
  places: readonly Place[],
  value: string,
  waiting: Waiting,
): Map<string, SystemError | NotOrdinary> {
  using locks = journal.locks();
  // Every process locks in this order, so that no two wait for each other.
  const sorted = [...places].sort((a, b) => a.path < b.path ? -1 : 1);
  for (const { path } of sorted) lockPath(locks, path, waiting);
  const originals = readSettings(sorted, waiting).map((text, i) => {
    if (typeof text !== "string") throw text;
    return settingText(sorted[i]!.path, text);
  });
  const before = journal.transaction(waiting.deadline, (transaction) => {
    holdAgain(transaction, holder);
    const [last] = transaction.all("SELECT coalesce(max(call), 0) AS call FROM hold");
    const call = Number(last?.call) + 1;
    return sorted.map(({ path }, i) => record(transaction, holder, path, originals[i]!, value, call));
  });
  const results = writeSettings(sorted.map((place) => ({ place, text: value })), waiting);
  const failed = new Map<string, SystemError | NotOrdinary>();
  sorted.forEach(({ path }, i) => {
    const error = results[i];
    // A write that the kernel has not answered may still happen, so its record stays.
    if (error !== undefined) failed.set(path, error);
  });
  const certain = sorted.filter(({ path }) => {
    const error = failed.get(path);
    return error !== undefined && !("code" in error && error.code === "ETIMEDOUT");
  });
  if (certain.length > 0) {
    journal.transaction(waiting.deadline, (transaction) => {
      for (const place of certain) takeBack(transaction, holder, place.path, before[sorted.indexOf(place)]);
    });
  }
  return failed;
}

/**
 * Locks a path's setting against other hook processes. @throws {JournalError} when the lock is not free by
 * the deadline
 */
export function lockPath(locks: RangeLock, path: string, { loop, deadline }: Waiting): void {
  if (pollUntil(() => locks.tryLock(`path ${path}`), loop, deadline)) return;
  throw new JournalError(`${path} was being set by another hook call until the time limit`, true);
}

interface Before {
  written: string;
  turn: number;
}

/** The hold as it was before, for `takeBack`; undefined when there was none. */
function record(
  transaction: Transaction,
  { driver, name, handler }: Holder,
  path: string,
  original: string,
  value: string,
  call: number,
): Before | undefined {
  transaction.run("INSERT OR IGNORE INTO original (path, text) VALUES (?, ?)", path, original);
  const [old] = transaction.all(
    "SELECT written, turn FROM hold WHERE driver = ? AND name = ? AND path = ?",
    driver,
    name,
    path,
  );
  const [{ turn } = { turn: 1 }] = transaction.all(
    "SELECT coalesce(max(turn), 0) + 1 AS turn FROM hold WHERE path = ?",
    path,
  );
  transaction.run(
    `INSERT INTO hold (driver, name, handler, since, maker, path, written, turn, call)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (driver, name, path) DO UPDATE SET handler = excluded.handler, maker = excluded.maker,
       written = excluded.written, turn = excluded.turn, leaving = 0, failures = 0, error = NULL`,
    driver,
    name,
    handler,
    Date.now(),
    processId(),
    path,
    value,
    turn ?? 1,
    call,
  );
  return old === undefined ? undefined : { written: String(old.written), turn: Number(old.turn) };
}

function takeBack(
  transaction: Transaction,
  { driver, name }: Holder,
  path: string,
  before: Before | undefined,
): void {
  if (before === undefined) {
    transaction.run("DELETE FROM hold WHERE driver = ? AND name = ? AND path = ?", driver, name, path);
    dropOriginal(transaction, path);
  } else {
    transaction.run(
      "UPDATE hold SET written = ?, turn = ? WHERE driver = ? AND name = ? AND path = ?",
      before.written,
      before.turn,
      driver,
      name,
      path,
    );
  }
}
