import { errno } from "./libc.ts";

/** Linux errno values (asm-generic/errno-base.h, errno.h) that a hook call can plausibly meet. */
const NAMES: Readonly<Record<number, readonly [name: string, text: string]>> = {
  1: ["EPERM", "operation not permitted"],
  2: ["ENOENT", "no such file or directory"],
  3: ["ESRCH", "no such process"],
  4: ["EINTR", "interrupted"],
  5: ["EIO", "input/output error"],
  6: ["ENXIO", "no such device or address"],
  7: ["E2BIG", "argument list too long"],
  8: ["ENOEXEC", "exec format error: not an ELF program and no #! line"],
  9: ["EBADF", "bad file descriptor"],
  11: ["EAGAIN", "would block"],
  12: ["ENOMEM", "out of memory"],
  13: ["EACCES", "permission denied"],
  16: ["EBUSY", "device or resource busy"],
  17: ["EEXIST", "file exists"],
  18: ["EXDEV", "crosses a mount point"],
  19: ["ENODEV", "no such device"],
  20: ["ENOTDIR", "not a directory"],
  21: ["EISDIR", "is a directory"],
  22: ["EINVAL", "invalid argument"],
  23: ["ENFILE", "too many open files on this host"],
  24: ["EMFILE", "too many open files"],
  26: ["ETXTBSY", "file is being executed"],
  27: ["EFBIG", "file too large"],
  28: ["ENOSPC", "no space left on device"],
  30: ["EROFS", "read-only file system"],
  31: ["EMLINK", "too many links"],
  32: ["EPIPE", "broken pipe"],
  34: ["ERANGE", "out of range"],
  36: ["ENAMETOOLONG", "file name too long"],
  38: ["ENOSYS", "not known to this kernel"],
  39: ["ENOTEMPTY", "directory not empty"],
  40: ["ELOOP", "too many symbolic links"],
  61: ["ENODATA", "no data available"],
  75: ["EOVERFLOW", "value too large"],
  95: ["EOPNOTSUPP", "not supported"],
  110: ["ETIMEDOUT", "timed out"],
  116: ["ESTALE", "stale file handle"],
  122: ["EDQUOT", "disk quota exceeded"],
};

/** A failed system call. `code` is the errno's name, such as `ENOENT`. */
export class SystemError extends Error {
  readonly code: string;

  constructor(errno: number, what: string) {
    const [code, text] = NAMES[errno] ?? [`errno ${errno}`, "failed"];
    super(`${what}: ${text} (${code})`);
    this.name = "SystemError";
    this.code = code;
  }
}

/** The result of a call, or its errno as a `SystemError` when it is negative. `what` names the attempt. */
export function check(result: number | bigint, what: string): number {
  if (result < 0) throw new SystemError(errno(), what);
  return Number(result);
}

/** The C library's text for an error (strerror in the C locale), as in other programs' messages. */
const TEXTS: Readonly<Record<string, number>> = {
  "Operation not permitted": 1,
  "No such file or directory": 2,
  "Input/output error": 5,
  "No such device or address": 6,
  "Cannot allocate memory": 12,
  "Permission denied": 13,
  "Device or resource busy": 16,
  "File exists": 17,
  "No such device": 19,
  "Is a directory": 21,
  "Invalid argument": 22,
  "File too large": 27,
  "No space left on device": 28,
  "Read-only file system": 30,
  "Numerical result out of range": 34,
  "Function not implemented": 38,
  "No data available": 61,
  "Value too large for defined data type": 75,
  "Operation not supported": 95,
  "Connection timed out": 110,
};

/** The error at the end of another program's message, or undefined if it is not a known one. */
export function errnoOfText(message: string, what: string): SystemError | undefined {
  const said = message.slice(message.lastIndexOf("\n") + 1).replace(/ \(os error \d+\)$/, "");
  const text = said.slice(said.lastIndexOf(": ") + 2);
  const errno = TEXTS[text];
  return errno === undefined ? undefined : new SystemError(errno, what);
}
