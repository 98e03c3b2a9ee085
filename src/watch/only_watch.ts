import { linkStatus } from "../system/file.ts";
import { RangeLock } from "../system/range_lock.ts";
import { SystemError } from "../system/system_error.ts";

const NAME = "watch";

function fileIn(directory: string): string {
  return `${directory}/watch.lock`;
}

/**
 * Locks this directory for this watch until its process ends: two watches would run every handler twice.
 *
 * @returns whether it is; false when another one runs
 * @throws {SystemError} when the directory cannot be used
 */
export function becomeOnlyWatch(directory: string): boolean {
  // Not closed: the kernel does that.
  return new RangeLock(fileIn(directory)).tryLock(NAME);
}

/** Whether a watch that uses this directory runs. */
export function isWatching(directory: string): boolean {
  try {
    if (linkStatus(fileIn(directory)) === undefined) return false;
    using lock = new RangeLock(fileIn(directory));
    return !lock.tryLock(NAME);
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}
