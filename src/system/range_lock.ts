import { close, cString } from "./descriptor.ts";
import { O_CREAT, O_RDWR, walk } from "./file.ts";
import { errno, libc } from "./libc.ts";
import { SystemError } from "./system_error.ts";

// fcntl.h: locks of an open file description (Linux 3.15), which the kernel
// releases when the description is closed, however its process ends.
const F_OFD_SETLK = 37;
const F_WRLCK = 1;
/** struct flock with 64-bit offsets. */
const FLOCK_SIZE = 32;
const EAGAIN = 11;
const EACCES = 13;

/**
 * Locks by name, across processes, in one file that is never written: each
 * name is one byte of it, chosen by a hash of 62 bits. Two names that share a
 * byte would only wait for each other.
 */
export class RangeLock {
  readonly #fd: number;

  /** @throws {SystemError} when the file cannot be opened or created */
  constructor(path: string) {
    using place = walk(path, false);
    this.#fd = place.open(O_RDWR | O_CREAT, 0o600);
  }

  /** Tries to lock the name's byte; returns whether we hold it. Never waits. */
  tryLock(name: string): boolean {
    return tryLockByte(this.#fd, offsetOf(name));
  }

  /** Releases every name. */
  [Symbol.dispose](): void {
    close(this.#fd);
  }
}

/**
 * Tries to lock one byte of an open file, by default the first. Never waits. The lock belongs to the open file, and so
 * to every process that inherits it: it lasts until the last of them has closed it or ended.
 *
 * @returns whether we hold it
 */
export function tryLockByte(fd: number, offset = 0n): boolean {
  const request = new DataView(new ArrayBuffer(FLOCK_SIZE));
  request.setInt16(0, F_WRLCK, true);
  request.setBigInt64(8, offset, true);
  request.setBigInt64(16, 1n, true);
  if (libc().fcntlLock(fd, F_OFD_SETLK, new Uint8Array(request.buffer)) === 0) return true;
  const code = errno();
  if (code === EAGAIN || code === EACCES) return false;
  throw new SystemError(code, "fcntl");
}

/** FNV-1a over the UTF-8 bytes, without the two highest bits: an offset must be positive. */
function offsetOf(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of cString(name.replaceAll("\0", "\ufffd"))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash >> 2n;
}
