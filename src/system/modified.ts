/**
 * When a file's content was last modified, and when anything of it was last changed, in milliseconds since
 * the epoch; undefined if it cannot be examined.
 */
export function fileTimes(path: string): { modifiedMs: number; changedMs: number } | undefined {
  try {
    const { mtime, ctime } = Deno.statSync(path);
    return { modifiedMs: mtime?.getTime() ?? 0, changedMs: ctime?.getTime() ?? 0 };
  } catch {
    return undefined;
  }
}

/** Creates an empty file, or sets its times to now. */
export function touch(path: string): void {
  Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  const now = new Date();
  Deno.utimeSync(path, now, now);
}
