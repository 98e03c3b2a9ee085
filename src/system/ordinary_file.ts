import { close } from "./descriptor.ts";
import { type FileStatus, type Place, statusOf } from "./file.ts";
import { userId } from "./self.ts";
import { SystemError } from "./system_error.ts";

const WRITE_BY_OTHERS = 0o022;

/** A file of a kind that may not be read or changed. */
export class NotOrdinary extends Error {
  override readonly name = "NotOrdinary";
}

/**
 * Refuses anything but an ordinary file: a directory, a device, a FIFO, a socket. And a file with several
 * names (hard links) where it would be changed, or where another user owns its directory or may write to it:
 * one of its names may be another user's file, which no rule names.
 *
 * @throws {SystemError} `EISDIR`
 * @throws {NotOrdinary}
 */
export function refuseUnlessOrdinary(place: Place, status: FileStatus, use: "read" | "change"): void {
  if (status.kind === "directory") throw new SystemError(21, place.path);
  if (status.kind !== "file") {
    throw new NotOrdinary(`${place.path} is a ${status.kind}, not an ordinary file`);
  }
  if (status.links <= 1) return;
  if (use === "read") {
    const { mode, uid } = statusOf(place.directory);
    if ((mode & WRITE_BY_OTHERS) === 0 && (uid === 0 || uid === userId())) return;
  }
  throw new NotOrdinary(
    `${place.path} has ${status.links} names (hard links), so it may be a file that no rule allows: copy it`,
  );
}

/** Opens an ordinary file that was checked, and verifies that it is the same one. The caller closes it. */
export function openOrdinary(
  place: Place,
  flags: number,
  looked: FileStatus,
  use: "read" | "change",
): number {
  refuseUnlessOrdinary(place, looked, use);
  const fd = place.open(flags);
  const opened = statusOf(fd);
  if (opened.device === looked.device && opened.inode === looked.inode) return fd;
  close(fd);
  throw new SystemError(116, `${place.path} was replaced while it was opened`);
}
