import type { Row, Transaction } from "./journal.ts";

/** Who holds something: a guest, or a network, or with driver `daemon` one of libvirt's daemons. */
export interface Guest {
  driver: string;
  name: string;
}

/** A guest and the handler that acts for it. */
export interface Holder extends Guest {
  handler: string;
}

/** A command that runs when its guest is gone. */
export interface UndoCommand {
  command: string;
  args: string[];
  env: Record<string, string>;
  runAs?: string;
  /** As the handler requested; absent: the default of every command. */
  timeoutMs?: number;
  /** Exit codes that say that nothing is left to undo. */
  gone?: number[];
  /** A command that runs first; if it fails, nothing is left to undo. */
  onlyIf?: { command: string; args: string[] };
}

/** A text that is written into a kernel file when its guest is gone. */
export interface UndoWrite {
  /** The path, as the handler wrote it. */
  write: string;
  text: string;
  /** Errors that say that nothing is left to undo, such as `ENODEV`. */
  gone?: string[];
}

/**
 * What a file held at first and what was written; `call` is the same for everything that one `fs.set` first
 * held.
 */
export interface HeldValue {
  path: string;
  original: string;
  written: string;
  call: number;
}

/** One change that is undone when its guest is gone. */
export interface HeldChange extends Holder {
  /** Grows with the order in which things were held. */
  id: number;
  /** When it was first held, in milliseconds since the epoch. */
  since: number;
  /** The process that made it. */
  maker: number;
  /** Its guest is gone: it must be undone. */
  leaving: boolean;
  /** How often undoing it failed, and why it failed the last time. */
  failures: number;
  error?: string;
  what:
    | HeldValue
    | UndoCommand
    | UndoWrite;
}

/** What is undone, in words: the path, the command line, or what is written where. */
export function whatWord({ what }: Pick<HeldChange, "what">): string {
  if ("path" in what) return what.path;
  if ("write" in what) return `write ${JSON.stringify(what.text)} to ${what.write}`;
  return [what.command, ...what.args].join(" ");
}

/** A word for a guest in messages: `qemu/win11`. */
export function guestWord({ driver, name }: Guest): string {
  return `${driver}/${name}`;
}

const SELECT = `SELECT hold.*, original.text AS original FROM hold LEFT JOIN original USING (path)`;

/** All holds, or those of a guest, in the order in which they were made. */
export function listHeldChanges(transaction: Transaction, guest?: Guest): HeldChange[] {
  const rows = guest === undefined
    ? transaction.all(`${SELECT} ORDER BY id`)
    : transaction.all(`${SELECT} WHERE driver = ? AND name = ? ORDER BY id`, guest.driver, guest.name);
  return rows.map(readHeldChange);
}

/** The hold of that id, unless another process has already undone it. */
export function findHeldChange(transaction: Transaction, id: number): HeldChange | undefined {
  const [row] = transaction.all(`${SELECT} WHERE id = ?`, id);
  return row === undefined ? undefined : readHeldChange(row);
}

/** Marks everything that a guest holds as due to be undone. */
export function markLeaving(transaction: Transaction, { driver, name }: Guest): void {
  transaction.run("UPDATE hold SET leaving = 1 WHERE driver = ? AND name = ?", driver, name);
}

/**
 * What a guest left and could not be undone is held again: the guest runs again, so the undo waits for its
 * end. Every process that holds something for a guest calls this first.
 */
export function holdAgain(transaction: Transaction, { driver, name }: Guest): void {
  transaction.run("UPDATE hold SET leaving = 0 WHERE driver = ? AND name = ? AND leaving = 1", driver, name);
}

/** Removes a hold, and a file's original value once no guest holds its path any more. */
export function dropHeldChange(transaction: Transaction, { id, what }: HeldChange): void {
  transaction.run("DELETE FROM hold WHERE id = ?", id);
  if ("path" in what) dropOriginal(transaction, what.path);
}

export function dropOriginal(transaction: Transaction, path: string): void {
  transaction.run(
    "DELETE FROM original WHERE path = ?1 AND NOT EXISTS (SELECT 1 FROM hold WHERE path = ?1)",
    path,
  );
}

/** Notes that undoing it failed: the hold stays and is tried again. */
export function noteFailure(transaction: Transaction, id: number, error: string): void {
  transaction.run("UPDATE hold SET failures = failures + 1, error = ? WHERE id = ?", error, id);
}

function readHeldChange(row: Row): HeldChange {
  const { error } = row;
  return {
    id: Number(row.id),
    driver: String(row.driver),
    name: String(row.name),
    handler: String(row.handler),
    since: Number(row.since),
    maker: Number(row.maker),
    leaving: row.leaving === 1,
    failures: Number(row.failures),
    ...(typeof error === "string" ? { error } : {}),
    what: typeof row.path === "string"
      ? {
        path: row.path,
        original: String(row.original),
        written: String(row.written),
        call: Number(row.call),
      }
      : JSON.parse(String(row.command)) as UndoCommand | UndoWrite,
  };
}
