/** When a file was last modified, in milliseconds since the epoch; undefined when there is none to be looked at. */
export function modifiedMs(path: string): number | undefined {
  try {
    return Deno.statSync(path).mtime?.getTime();
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
