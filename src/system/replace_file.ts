import { close } from "./descriptor.ts";
import { randomBytes } from "./random.ts";
import { type FileStatus, O_CREAT, O_EXCL, O_WRONLY, type Place, setOwnerAndMode, writeAll } from "./file.ts";

/**
 * Writes a new file beside the old one and renames it over that: a reader sees
 * the old text or the new, never a part. Owner and permissions are kept.
 *
 * @param status the existing file; undefined for a new one
 * @throws {SystemError}
 */
export function replaceFile(
  place: Place,
  status: FileStatus | undefined,
  bytes: Uint8Array<ArrayBuffer>,
): void {
  const name = `.${place.name.slice(0, 60)}.${randomBytes(8).toHex()}`;
  const temporary = place.sibling(name);
  const fd = temporary.open(O_WRONLY | O_CREAT | O_EXCL, status === undefined ? 0o644 : 0o600);
  try {
    writeAll(fd, bytes);
    if (status !== undefined) setOwnerAndMode(fd, status, status.mode & 0o777);
    place.replaceBy(name);
  } catch (error) {
    temporary.unlink();
    throw error;
  } finally {
    close(fd);
  }
}
