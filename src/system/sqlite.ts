/** The runtime's own SQLite. Its module takes about 2 ms to load, so a call that does not need it never loads it. */
type Sqlite = typeof import("node:sqlite");
export type Database = InstanceType<Sqlite["DatabaseSync"]>;
/** The values of a column. */
export type Cell = null | number | string;

let sqlite: Sqlite | undefined;

export async function loadSqlite(): Promise<void> {
  sqlite ??= await import("node:sqlite");
}

/** Whether `openDatabase` can be used. */
export function isSqliteLoaded(): boolean {
  return sqlite !== undefined;
}

/** Opens a database file, or creates it. */
export function openDatabase(path: string): Database {
  if (sqlite === undefined) throw new Error("openDatabase() was called before loadSqlite()");
  return new sqlite.DatabaseSync(path);
}

/** SQLite's primary result code (sqlite.org/rescode.html) of an error that it threw, or undefined for any other error. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") return undefined;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
  // An error from `exec` has only SQLite's own text, which has not changed since 2004.
  return Object.entries(WORDS).find(([words]) => error.message.includes(words))?.[1] ?? SQLITE_ERROR;
}

const SQLITE_ERROR = 1;
export const SQLITE_BUSY = 5;
export const SQLITE_IOERR = 10;
export const SQLITE_CORRUPT = 11;
export const SQLITE_FULL = 13;
export const SQLITE_NOTADB = 26;

const WORDS: Readonly<Record<string, number>> = {
  "disk I/O error": SQLITE_IOERR,
  "database or disk is full": SQLITE_FULL,
  "database is locked": SQLITE_BUSY,
  "disk image is malformed": SQLITE_CORRUPT,
  "malformed database schema": SQLITE_CORRUPT,
  "file is not a database": SQLITE_NOTADB,
};
