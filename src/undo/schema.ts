/** Counts changes of the tables; kept in the file as `PRAGMA user_version`. */
export const SCHEMA_VERSION = 1;

/**
 * The tables of `journal.db`.
 *
 * `original`: what a file held before the first guest set it; the row exists as
 * long as a guest holds the path.
 *
 * `hold`: what is undone when a guest ends; the undo goes through it in reverse
 * order. It is either a value (`path`, `written`, and `turn`, which grows with
 * each setting: the highest of a path is the value that the file holds now;
 * `call`, the same for all that one `fs.set` first held, which are restored
 * together) or a command (`command`, JSON). `leaving`: its guest is gone, so it
 * must be undone; it is still here because that has not happened yet or failed.
 *
 * `state`: `host.state`, values as JSON. `driver` and `uuid` are empty for
 * `host.state.host`.
 *
 * Times are milliseconds since the epoch.
 */
export const SCHEMA = `
CREATE TABLE original (
  path TEXT PRIMARY KEY,
  text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE hold (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  driver TEXT NOT NULL,
  name TEXT NOT NULL,
  handler TEXT NOT NULL,
  since INTEGER NOT NULL,
  maker INTEGER NOT NULL,
  path TEXT REFERENCES original(path),
  written TEXT,
  turn INTEGER,
  call INTEGER,
  command TEXT,
  leaving INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  UNIQUE (driver, name, path),
  UNIQUE (driver, name, handler, command)
);
CREATE INDEX hold_path ON hold(path);
CREATE TABLE state (
  driver TEXT NOT NULL,
  uuid TEXT NOT NULL,
  handler TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  name TEXT NOT NULL,
  keep INTEGER NOT NULL,
  PRIMARY KEY (driver, uuid, handler, key)
) WITHOUT ROWID;
`;
