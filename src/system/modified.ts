/**
 * When a file's content was last modified, and when anything of it was last changed, in milliseconds since the epoch;
 * undefined when there is none to be looked at.
 */
export function fileTimes(path: string): { modifiedMs: number; changedMs: number } | undefined {
  try {
    const { mtime, ctime } = Deno.statSync(path);
    return { modifiedMs: mtime?.getTime() ?? 0, changedMs: ctime?.getTime() ?? 0 };
  } catch {
    return undefined;
  }
}

/** Makes an empty file, or gives it the present time. */
export function touch(path: string): void {
  Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  const now = new Date();
  Deno.utimeSync(path, now, now);
}
