import { userId } from "./self.ts";

/**
 * Ensures that a directory exists, is owned by root or this user, is not a
 * link, and that no other user can read or write it. It is created if missing;
 * its parent is not.
 *
 * @returns why it cannot be used, or undefined
 */
export function privateDirectory(path: string): string | undefined {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) return messageOf(error, path);
  }
  try {
    const info = Deno.lstatSync(path);
    if (!info.isDirectory) return `${path} is not a directory`;
    if (info.uid !== 0 && info.uid !== userId()) return `${path} is owned by user ${info.uid}, not by root`;
    if (((info.mode ?? 0) & 0o077) === 0) return undefined;
    // A directory that others can write may hold their files: it is never repaired, always reported.
    if (((info.mode ?? 0) & 0o022) !== 0) {
      return `${path} is writable by other users: remove it, or chmod 700 it and check its contents`;
    }
    if (info.uid === userId()) Deno.chmodSync(path, 0o700);
    return undefined;
  } catch (error) {
    return messageOf(error, path);
  }
}

function messageOf(error: unknown, path: string): string {
  return `${path}: ${error instanceof Error ? error.message : String(error)}`;
}

/** The age at which a temporary file no longer belongs to a process, in milliseconds. */
const ABANDONED_MS = 60_000;

/**
 * Removes the files in a directory that `privateDirectory` accepted, except
 * those to keep and those that another process may be writing. Several
 * processes may do this at once.
 */
export function removeOthersIn(path: string, keep: ReadonlySet<string>): void {
  for (const { name, isFile } of Deno.readDirSync(path)) {
    if (!isFile || keep.has(name)) continue;
    const file = `${path}/${name}`;
    try {
      const age = Date.now() - (Deno.lstatSync(file).mtime?.getTime() ?? 0);
      if (!name.startsWith(".") || age > ABANDONED_MS) Deno.removeSync(file);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
