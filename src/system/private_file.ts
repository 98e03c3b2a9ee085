import { close } from "./descriptor.ts";
import {
  linkStatus,
  O_CREAT,
  O_EXCL,
  O_WRONLY,
  openPlain,
  readAll,
  statusOf,
  walk,
  writeAll,
} from "./file.ts";
import { randomBytes } from "./random.ts";
import { SystemError } from "./system_error.ts";
import { userId } from "./self.ts";

/** Bits that let users other than the owner read or write. */
const OTHERS = 0o077;

/** The text of a file, like `readPrivateBytes`. */
export function readPrivate(path: string, most: number): string | undefined {
  const bytes = readPrivateBytes(path, most);
  return bytes && new TextDecoder().decode(bytes);
}

/** Replaces a file with a text, like `writePrivateBytes`. */
export function writePrivate(path: string, text: string): void {
  writePrivateBytes(path, new TextEncoder().encode(text));
}

/**
 * The bytes of a file that only this user can read and write, in a directory
 * that only this user can write to; undefined if it does not exist, or if
 * others could: such a file counts as missing.
 *
 * @param most largest size in bytes
 */
export function readPrivateBytes(path: string, most: number): Uint8Array<ArrayBuffer> | undefined {
  const directory = linkStatus(path.slice(0, path.lastIndexOf("/")));
  if (directory?.kind !== "directory" || directory.uid !== userId() || (directory.mode & 0o022) !== 0) {
    return undefined;
  }
  try {
    const fd = openPlain(path);
    if (fd === undefined) return undefined;
    try {
      const status = statusOf(fd);
      if (status.kind !== "file" || status.uid !== userId() || (status.mode & OTHERS) !== 0) return undefined;
      return readAll(fd, most, status.size);
    } finally {
      close(fd);
    }
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/**
 * Replaces a file as a whole with bytes, one part after the other, for this user only. The directory must
 * exist.
 *
 * @throws {SystemError} when it cannot
 */
export function writePrivateBytes(path: string, ...parts: Uint8Array<ArrayBuffer>[]): void {
  using place = walk(path, false);
  const name = `.${place.name}.${randomBytes(16).toHex()}`;
  const temporary = place.sibling(name);
  const fd = temporary.open(O_WRONLY | O_CREAT | O_EXCL, 0o600);
  try {
    for (const bytes of parts) writeAll(fd, bytes);
    place.replaceBy(name);
  } catch (error) {
    temporary.unlink();
    throw error;
  } finally {
    close(fd);
  }
}

/** Renames a file over another, which it replaces. @throws {SystemError} when it cannot */
export function renamePrivate(from: string, to: string): void {
  using source = walk(from, false);
  using target = walk(to, false);
  source.moveTo(target);
}

/** Removes a file; returns whether it existed. @throws {SystemError} when it cannot be removed */
export function removePrivate(path: string): boolean {
  using place = walk(path, false);
  if (place.status() === undefined) return false;
  place.unlink();
  return true;
}
