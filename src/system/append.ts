import { userId } from "./self.ts";

const LINE_END = 10;
/** How often the end of a line that seems cut short is looked at, and how far apart, in milliseconds. */
const LOOKS = 6;
const LOOK_MS = 2;

/** Where lines are appended and how much of them is kept. */
export interface LogFile {
  path: string;
  /** Bytes after which the file is rotated, to `path.1`. */
  maxSize: number;
  /** How many rotated files are kept. */
  keep: number;
}

/**
 * Appends one line in a single write, so that lines of several processes never
 * mix, and rotates the file when it has grown too large.
 *
 * @returns why it could not be written, or undefined. Nothing is thrown: a
 * full disk or a missing directory must not fail a hook.
 */
export function appendLine(log: LogFile, line: string): string | undefined {
  try {
    const directory = log.path.slice(0, log.path.lastIndexOf("/"));
    const unsafe = unsafeDirectory(directory);
    if (unsafe !== undefined) return unsafe;
    // Opening a FIFO would wait for a reader. No other user can create one between this check and the open.
    if (!isFileOrMissing(log.path)) return `${log.path} is not an ordinary file`;
    using file = Deno.openSync(log.path, { read: true, append: true, create: true, mode: 0o640 });
    const before = file.statSync().size;
    // On a full disk, part of a line may have been written. It is not removed again: another process's line
    // may already follow it.
    const bytes = new TextEncoder().encode(`${endsInLine(file, before) ? "" : "\n"}${line}\n`);
    const written = file.writeSync(bytes);
    if (written < bytes.length) return `${log.path}: the disk accepted only part of a record`;
    if (before + bytes.length > log.maxSize) setAside(log);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Whether the file ends in a whole line. While another process writes a long line, the kernel shows a part of it:
 * only an end that stays as it is for some looks was cut short.
 *
 * @param before the file's size in bytes just now
 */
function endsInLine(file: Deno.FsFile, before: number): boolean {
  const last = new Uint8Array(1);
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
    const size = look === 0 ? before : file.statSync().size;
    if (size === 0) return true;
    file.seekSync(size - 1, Deno.SeekMode.Start);
    if (file.readSync(last) !== 1 || last[0] === LINE_END) return true;
  }
  return false;
}

function isFileOrMissing(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

/** A directory that others may write to could hold a link to any file of the host. */
function unsafeDirectory(path: string): string | undefined {
  let info;
  try {
    info = Deno.lstatSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    try {
      Deno.mkdirSync(path, { mode: 0o750 });
      return undefined;
    } catch (error) {
      // Another process was faster; its file is then checked like any other.
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      info = Deno.lstatSync(path);
    }
  }
  if (!info.isDirectory) return `${path} is not a directory`;
  if (info.uid !== 0 && info.uid !== userId()) return `${path} is owned by user ${info.uid}, not by root`;
  if (((info.mode ?? 0) & 0o022) !== 0) return `${path} is writable by other users`;
  return undefined;
}

/** `path` becomes `path.1`, `path.1` becomes `path.2`, and so on. Of several processes one does it. */
function setAside(log: LogFile): void {
  const path = `${log.path}.lock`;
  if (!isFileOrMissing(path)) return;
  // Closing the file releases the lock.
  using lock = Deno.openSync(path, { write: true, create: true, mode: 0o600 });
  if (!lock.tryLockSync(true) || sizeOf(log.path) <= log.maxSize) return;
  for (let i = log.keep; i >= 1; i--) {
    rename(i === 1 ? log.path : `${log.path}.${i - 1}`, `${log.path}.${i}`);
  }
}

/** 0 for a file that another process has rotated just now. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function rename(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
