import { cString } from "./descriptor.ts";
import { libc } from "./libc.ts";
import { check } from "./system_error.ts";

const AT_FDCWD = -100;
/** linux/stat.h: the requested fields, and the size of the answer in bytes. */
export const STATX_BASIC_STATS = 0x7ff;
export const STATX_SIZE = 256;
/** linux/stat.h: inode and size; times of change and modification; device. In the order of `struct statx`. */
const FIELDS = [[32, 16], [96, 32], [136, 8]] as const;

/** Identifies a file, and its state before any change: parts of `struct statx`. */
export interface FileIdentity {
  inode: number;
  fields: { offset: number; bytes: Uint8Array<ArrayBuffer> }[];
}

/** @throws {SystemError} */
export function fileIdentity(path: string): FileIdentity {
  const status = new Uint8Array(STATX_SIZE);
  check(libc().statx(AT_FDCWD, cString(path), 0, STATX_BASIC_STATS, status), path);
  const inode = Number(new DataView(status.buffer).getBigUint64(32, true));
  return {
    inode,
    fields: FIELDS.map(([offset, size]) => ({ offset, bytes: status.slice(offset, offset + size) })),
  };
}
