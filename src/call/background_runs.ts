import type { Background } from "./call_kind.ts";
import { jsonText } from "../base/json_text.ts";
import type { RecordedEvent } from "../records/write_record.ts";
import type { Directories } from "../site/directories.ts";
import type { HookEvent } from "../protocol/event.ts";
import { close } from "../system/descriptor.ts";
import { isThere, O_CREAT, O_EXCL, O_RDWR, walk, writeAll } from "../system/file.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { removePrivate } from "../system/private_file.ts";
import { tryLockByte } from "../system/range_lock.ts";
import { SystemError } from "../system/system_error.ts";

/**
 * A handler in the background that has not written its record yet: a file in the state directory, locked by the open
 * file that the handler's process inherits. The kernel frees the lock when that process ends, however it ends, so a file
 * that is not locked tells of a handler that was killed (record_killed.ts).
 */
export interface BackgroundRun extends Background {
  event: RecordedEvent;
}

/** Such a file, as the process that starts the handler holds it. */
export interface BegunRun {
  /** To be passed to the handler's process. */
  fd: number;
  /** Removes the file: the handler did not start. */
  cancel(): void;
  /** Closes our descriptor. */
  close(): void;
}

/** The directory of these files. */
export function runsDirectory({ state }: Directories): string {
  return `${state}/background`;
}

/** Whether a handler has run in the background since the host's start. */
export function hasRuns(directories: Directories): boolean {
  return isThere(runsDirectory(directories));
}

/**
 * Makes the file of a handler that is about to start. Undefined where it cannot be made (a full disk, a user without a
 * state directory): the handler starts all the same, and only leaves no record when it is killed.
 */
export function beginRun(
  directories: Directories,
  event: HookEvent,
  { handler, of, caller }: Background,
): BegunRun | undefined {
  const directory = runsDirectory(directories);
  if (privateDirectory(directories.state) !== undefined || privateDirectory(directory) !== undefined) {
    return undefined;
  }
  const run: BackgroundRun = { handler, of, ...(caller === undefined ? {} : { caller }), event };
  const path = fileOf(directories, run);
  try {
    using place = walk(path, false);
    const temporary = place.sibling(`.${place.name}`);
    const fd = temporary.open(O_RDWR | O_CREAT | O_EXCL, 0o600);
    try {
      tryLockByte(fd);
      writeAll(fd, new TextEncoder().encode(jsonText(run)));
      place.replaceBy(temporary.name);
      return { fd, cancel: () => remove(path), close: () => close(fd) };
    } catch (error) {
      close(fd);
      temporary.unlink();
      throw error;
    }
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/** Removes the file of a handler whose record is written. */
export function endRun(directories: Directories, run: Pick<Background, "handler" | "of">): void {
  remove(fileOf(directories, run));
}

function fileOf(directories: Directories, { handler, of }: Pick<Background, "handler" | "of">): string {
  return `${runsDirectory(directories)}/${of}.${handler}`;
}

function remove(path: string): void {
  try {
    removePrivate(path);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}
