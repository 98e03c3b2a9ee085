import type { Guest } from "./held_changes.ts";
import type { Journal } from "./journal.ts";
import type { Deadline } from "../base/deadline.ts";
import type { Json } from "../base/json.ts";

/** Longest key in characters, longest value as JSON text, and most keys of one owner. */
const LONGEST_KEY = 256;
const LONGEST_VALUE = 64 * 1024;
const MOST_KEYS = 1000;

/** Whose values: a handler's for one guest, by UUID, or (both empty) its own for this host. */
export interface StateOwner {
  driver: string;
  uuid: string;
  handler: string;
  /** The guest's name, by which the values are dropped when it ends. */
  name: string;
  /** They stay when the guest ends. */
  keep: boolean;
}

/** The value of a key, or undefined. */
export function getState(
  journal: Journal,
  owner: StateOwner,
  key: string,
  deadline: Deadline,
): Json | undefined {
  const [row] = journal.transaction(deadline, (transaction) =>
    transaction.all(
      "SELECT value FROM state WHERE driver = ? AND uuid = ? AND handler = ? AND key = ?",
      ...place(owner),
      key,
    ));
  return row === undefined ? undefined : JSON.parse(String(row.value)) as Json;
}

/** Why a key or a value cannot be kept, or undefined. */
export function stateProblem(key: string, value: Json): string | undefined {
  if (key === "" || key.length > LONGEST_KEY) return `a key must have 1 to ${LONGEST_KEY} characters`;
  if (JSON.stringify(value).length > LONGEST_VALUE) {
    return `a value may have at most ${LONGEST_VALUE / 1024} KiB of JSON`;
  }
  return undefined;
}

/** Sets a key. @throws {TypeError} when the key or the value is too long, or there are too many keys */
export function setState(
  journal: Journal,
  owner: StateOwner,
  key: string,
  value: Json,
  deadline: Deadline,
): void {
  const problem = stateProblem(key, value);
  if (problem !== undefined) throw new TypeError(problem);
  journal.transaction(deadline, (transaction) => {
    transaction.run(
      "INSERT OR REPLACE INTO state (driver, uuid, handler, key, value, name, keep) VALUES (?, ?, ?, ?, ?, ?, ?)",
      ...place(owner),
      key,
      JSON.stringify(value),
      owner.name,
      owner.keep ? 1 : 0,
    );
    const [row] = transaction.all(
      "SELECT count(*) AS keys FROM state WHERE driver = ? AND uuid = ? AND handler = ?",
      ...place(owner),
    );
    if (Number(row?.keys) > MOST_KEYS) {
      throw new TypeError(`the limit of ${MOST_KEYS} keys is reached: delete some`);
    }
  });
}

/** Removes a key; returns whether it existed. */
export function deleteState(journal: Journal, owner: StateOwner, key: string, deadline: Deadline): boolean {
  const rows = journal.transaction(deadline, (transaction) =>
    transaction.all(
      "DELETE FROM state WHERE driver = ? AND uuid = ? AND handler = ? AND key = ? RETURNING key",
      ...place(owner),
      key,
    ));
  return rows.length > 0;
}

/** All keys that begin with a text, sorted. */
export function listState(journal: Journal, owner: StateOwner, prefix: string, deadline: Deadline): string[] {
  const rows = journal.transaction(deadline, (transaction) =>
    transaction.all(
      "SELECT key FROM state WHERE driver = ? AND uuid = ? AND handler = ? ORDER BY key",
      ...place(owner),
    ));
  return rows.map((row) => String(row.key)).filter((key) => key.startsWith(prefix));
}

/** Drops what handlers keep for a guest that is gone, except for `state: keep`. */
export function dropState(journal: Journal, { driver, name }: Guest, deadline: Deadline): void {
  journal.transaction(
    deadline,
    (transaction) =>
      transaction.run("DELETE FROM state WHERE driver = ? AND name = ? AND keep = 0", driver, name),
  );
}

/** The guests for which handlers keep something that is dropped at the guest's end. */
export function guestsWithState(journal: Journal, deadline: Deadline): Guest[] {
  const rows = journal.transaction(
    deadline,
    (transaction) =>
      transaction.all("SELECT DISTINCT driver, name FROM state WHERE keep = 0 AND driver <> ''"),
  );
  return rows.map((row) => ({ driver: String(row.driver), name: String(row.name) }));
}

function place({ driver, uuid, handler }: StateOwner): [string, string, string] {
  return [driver, uuid, handler];
}
