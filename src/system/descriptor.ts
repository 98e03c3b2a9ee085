import { errno, libc } from "./libc.ts";
import { check, SystemError } from "./system_error.ts";

const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const EINTR = 4;
const EAGAIN = 11;

/** A pipe whose both ends are closed on exec. The caller closes them. */
export function pipe(): { read: number; write: number } {
  const ends = new Int32Array(2);
  check(libc().pipe2(new Uint8Array(ends.buffer), O_CLOEXEC), "pipe");
  return { read: ends[0]!, write: ends[1]! };
}

/** Makes reads and writes return at once instead of waiting. Meant for our ends of pipes: it sets no other status flag. */
export function setNonBlocking(fd: number): void {
  const F_SETFL = 4;
  check(libc().fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
}

/** Makes a pipe hold as much as any user's may, 1 MiB by default; where the kernel allows no more, it stays as it is. */
export function widen(fd: number): void {
  const F_SETPIPE_SZ = 1031;
  libc().fcntl(fd, F_SETPIPE_SZ, 1024 * 1024);
}

/** A copy of a descriptor with a number of at least `least`, closed on exec. The caller closes it. */
export function duplicate(fd: number, least: number): number {
  const F_DUPFD_CLOEXEC = 1030;
  return check(libc().fcntl(fd, F_DUPFD_CLOEXEC, least), "fcntl");
}

/** Makes `fd` a duplicate of `from`. */
export function replace(fd: number, from: number): void {
  check(libc().dup3(from, fd, 0), "dup3");
}

export function close(fd: number): void {
  libc().close(fd);
}

/** Bytes read into `into`: 0 at the end of the file, undefined when no data is available yet. */
export function readSome(fd: number, into: Uint8Array<ArrayBuffer>): number | undefined {
  for (;;) {
    const n = libc().read(fd, into, into.length);
    if (n >= 0) return n;
    const code = errno();
    if (code === EINTR) continue;
    if (code === EAGAIN) return undefined;
    throw new SystemError(code, "read");
  }
}

/** Bytes written, undefined when the other side takes none now. */
export function writeSome(fd: number, bytes: Uint8Array<ArrayBuffer>): number | undefined {
  for (;;) {
    const n = libc().write(fd, bytes, bytes.length);
    if (n >= 0) return n;
    const code = errno();
    if (code === EINTR) continue;
    if (code === EAGAIN) return undefined;
    throw new SystemError(code, "write");
  }
}

/** A NUL-terminated copy, as the C library requires. A NUL inside is refused: it would truncate the name. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return cStrings([text]);
}

/** Several such names, one after the other. */
export function cStrings(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const wrong = texts.find((text) => text.includes("\0"));
  if (wrong !== undefined) {
    throw new TypeError(`Cannot pass ${JSON.stringify(wrong)} to the system: it contains NUL`);
  }
  return new TextEncoder().encode(texts.join("\0") + "\0");
}
