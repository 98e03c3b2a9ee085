import { JOURNAL_FILE } from "./journal_file.ts";
import { SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import type { Deadline } from "../base/deadline.ts";
import { close } from "../system/descriptor.ts";
import { isThere, linkStatus, O_CREAT, O_RDWR, walk } from "../system/file.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { removePrivate, writePrivateBytes } from "../system/private_file.ts";
import { RangeLock } from "../system/range_lock.ts";
import {
  type Cell,
  type Database,
  openDatabase,
  resultCode,
  SQLITE_BUSY,
  SQLITE_CORRUPT,
  SQLITE_FULL,
  SQLITE_IOERR,
  SQLITE_NOTADB,
} from "../system/sqlite.ts";
import { SystemError } from "../system/system_error.ts";

const LOCKS = "locks";
/** A file that exists only to be removed: on a full disk, undo uses its room. */
const RESERVE = "reserve";
const RESERVE_SIZE = 256 * 1024;
const FULL: readonly (number | undefined)[] = [SQLITE_FULL, SQLITE_IOERR];

/** The journal cannot be used now. The message is one line and says what to do. */
export class JournalError extends Error {
  override readonly name = "JournalError";
  /** Other processes locked it until the deadline. */
  readonly busy: boolean;

  constructor(message: string, busy = false) {
    super(message);
    this.busy = busy;
  }
}

export type Row = Record<string, Cell>;

/** One transaction on the journal. SQL text is always constant; values are bound as parameters. */
export interface Transaction {
  run(sql: string, ...values: Cell[]): void;
  all(sql: string, ...values: Cell[]): Row[];
}

/**
 * What guests hold of this host and what handlers keep, in an SQLite database
 * that many hook processes use at once. See schema.ts for its tables.
 *
 * A rollback journal and `synchronous = OFF`: a process may be killed at any
 * instant and the database is as it was before or after its transaction. A
 * power cut may break it, which does not matter where it is kept: /run does not
 * outlive one, and neither does what it would restore.
 */
export class Journal {
  readonly directory: string;
  readonly #note: (text: string) => void;
  #database: Database | undefined;
  #inode: bigint | undefined;
  #longestWaitMs = Infinity;

  /**
   * @param directory created if missing; only root or this user may own it
   * @param note receives a remark for the record: a broken journal was renamed
   * @throws {JournalError} when the directory is not safe
   */
  constructor(directory: string, note: (text: string) => void) {
    const unsafe = privateDirectory(directory);
    if (unsafe !== undefined) throw new JournalError(`no values can be recorded: ${unsafe}`);
    this.directory = directory;
    this.#note = note;
  }

  /** The names that processes lock against each other. Dispose of it to release its locks. */
  locks(): RangeLock {
    return new RangeLock(`${this.directory}/${LOCKS}`);
  }

  /**
   * Does all of `act` or nothing of it, with no other process in between.
   *
   * @throws {JournalError} when other processes lock it until the deadline, or when it cannot be used
   */
  transaction<T>(deadline: Deadline, act: (transaction: Transaction) => T): T {
    try {
      return this.#attempt(deadline, act);
    } catch (error) {
      const code = resultCode(error);
      if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
        this.#setAside(error instanceof Error ? error.message : String(error));
        return this.#explained(() => this.#attempt(deadline, act));
      }
      return this.#explained(() => {
        throw error;
      });
    }
  }

  /**
   * The same for changes that must also succeed on a full disk: that a guest is gone, and what it held. It
   * tries again with the room that was reserved for this.
   *
   * @throws {JournalError}
   */
  urgentTransaction<T>(deadline: Deadline, act: (transaction: Transaction) => T): T {
    try {
      return this.#attempt(deadline, act);
    } catch (error) {
      if (resultCode(error) === SQLITE_BUSY) {
        return this.#explained(() => {
          throw error;
        });
      }
      const isFull = FULL.includes(resultCode(error)) ||
        (error instanceof SystemError && error.code === "ENOSPC");
      if (isFull) this.#freeReserve();
      return this.transaction(deadline, act);
    }
  }

  /**
   * From now on this waits for other processes no longer than this, in milliseconds, however late the
   * deadline is.
   */
  waitAtMost(ms: number): void {
    this.#longestWaitMs = ms;
  }

  #patience(deadline: Deadline): number {
    return Math.ceil(Math.min(this.#longestWaitMs, deadline.remaining));
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  #explained<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      const code = resultCode(error);
      if (code === SQLITE_BUSY) {
        throw new JournalError(`${this.directory}/${JOURNAL_FILE} was in use by others for too long`, true);
      }
      if (code !== undefined || error instanceof SystemError) {
        const message = error instanceof Error ? error.message : String(error);
        const file = `${this.directory}/${JOURNAL_FILE}`;
        // The system's own errors name it already.
        throw new JournalError(message.startsWith(file) ? message : `${file}: ${message}`);
      }
      throw error;
    }
  }

  #attempt<T>(deadline: Deadline, act: (transaction: Transaction) => T): T {
    const database = this.#database ?? this.#open(deadline);
    database.exec(`PRAGMA busy_timeout = ${this.#patience(deadline)}`);
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = act(transactionOn(database));
      database.exec("COMMIT");
      return result;
    } catch (error) {
      // After some errors SQLite has already rolled back.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  #open(deadline: Deadline): Database {
    const path = `${this.directory}/${JOURNAL_FILE}`;
    using place = walk(path, false);
    // Created here and not by SQLite, so that no other user can ever read it.
    close(place.open(O_RDWR | O_CREAT, 0o600));
    this.#inode = linkStatus(path)?.inode;
    const database = this.#database = openDatabase(path);
    database.exec(`PRAGMA busy_timeout = ${this.#patience(deadline)}`);
    database.exec("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON");
    this.#prepare(database);
    this.#makeReserve();
    return database;
  }

  #makeReserve(): void {
    const path = `${this.directory}/${RESERVE}`;
    try {
      if (!isThere(path)) writePrivateBytes(path, new Uint8Array(RESERVE_SIZE));
    } catch (error) {
      // The disk is already full; the next process tries again.
      if (!(error instanceof SystemError)) throw error;
    }
  }

  #freeReserve(): void {
    try {
      removePrivate(`${this.directory}/${RESERVE}`);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
    }
  }

  #prepare(database: Database): void {
    const version = () => Number(database.prepare("PRAGMA user_version").get()?.user_version);
    if (version() === SCHEMA_VERSION) return;
    database.exec("BEGIN IMMEDIATE");
    try {
      const found = version();
      if (found === 0) database.exec(`${SCHEMA}; PRAGMA user_version = ${SCHEMA_VERSION}`);
      else if (found !== SCHEMA_VERSION) {
        throw new JournalError(
          `${this.directory}/${JOURNAL_FILE} was written by another version of hookvisor (its schema is ${found}, ` +
            `this one knows ${SCHEMA_VERSION}): run "hookvisor undo" of that version, or remove the file`,
        );
      }
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      this.close();
      throw error;
    }
  }

  /** A broken database is renamed, once, and a new one created. */
  #setAside(why: string): void {
    this.close();
    using lock = this.locks();
    // Every other process that finds it broken does the same. The wait is short: the lock covers only a
    // rename.
    for (let i = 0; i < 1000 && !lock.tryLock("set aside"); i++);
    const path = `${this.directory}/${JOURNAL_FILE}`;
    if (linkStatus(path)?.inode !== this.#inode) return;
    const name = `${JOURNAL_FILE}.broken-${Date.now()}`;
    using place = walk(`${this.directory}/${name}`, false);
    place.replaceBy(JOURNAL_FILE);
    if (isThere(`${path}-journal`)) {
      using rest = walk(`${this.directory}/${name}-journal`, false);
      rest.replaceBy(`${JOURNAL_FILE}-journal`);
    }
    this.#note(
      `${path} is broken (${why}) and was renamed to ${name}: the record of what guests hold is lost`,
    );
  }
}

function transactionOn(database: Database): Transaction {
  return {
    run: (sql, ...values) => void database.prepare(sql).run(...values),
    all: (sql, ...values) => database.prepare(sql).all(...values) as Row[],
  };
}
