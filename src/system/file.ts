// Longer than other files: the walk, its result and the actions on it share constants and must be read
// together.
import { close, cString, readSome, writeSome } from "./descriptor.ts";
import { errno, libc } from "./libc.ts";
import { refuseSlow, refusesSlow } from "./slow_mounts.ts";
import { check, SystemError } from "./system_error.ts";

// fcntl.h; O_DIRECTORY and O_NOFOLLOW differ between x86-64 and aarch64.
const ARM = Deno.build.arch === "aarch64";
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_APPEND = 0o2000;
const O_NOCTTY = 0o400;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
const O_DIRECTORY = ARM ? 0o40000 : 0o200000;
const O_NOFOLLOW = ARM ? 0o100000 : 0o400000;
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const AT_REMOVEDIR = 0x200;
const STATX_BASIC_STATS = 0x7ff;
const STATX_SIZE = 256;
const PATH_MAX = 4096;
const MAX_LINKS = 40;
const ENOENT = 2;
const ENOTDIR = 20;
const ENAMETOOLONG = 36;

const EMPTY = cString("");

/**
 * A file's status from the kernel (statx). Times are nanoseconds since the epoch, `mode` the permission bits
 * with set-id and sticky.
 */
export interface FileStatus {
  kind: "file" | "directory" | "symlink" | "fifo" | "socket" | "character device" | "block device";
  mode: number;
  uid: number;
  gid: number;
  links: number;
  size: number;
  device: string;
  inode: bigint;
  modifiedNs: bigint;
  changedNs: bigint;
}

const KINDS: Readonly<Record<number, FileStatus["kind"]>> = {
  0o1: "fifo",
  0o2: "character device",
  0o4: "directory",
  0o6: "block device",
  0o10: "file",
  0o12: "symlink",
  0o14: "socket",
};

/** Status of an open descriptor. */
export function statusOf(fd: number): FileStatus {
  const status = statx(fd, EMPTY, AT_EMPTY_PATH, `descriptor ${fd}`);
  if (status === undefined) throw new SystemError(ENOENT, `descriptor ${fd}`);
  return status;
}

/** Status of a path, of the link itself if it is one, or undefined if it does not exist. */
export function linkStatus(path: string): FileStatus | undefined {
  refuseSlowWay(path, false);
  return statx(AT_FDCWD, cString(path), AT_SYMLINK_NOFOLLOW, path);
}

/** Status of what a path leads to, or undefined if it does not exist. */
export function fileStatus(path: string): FileStatus | undefined {
  refuseSlowWay(path, true);
  return statx(AT_FDCWD, cString(path), 0, path);
}

/** Whether something has that name; what this process may not look at counts as missing. */
export function isThere(path: string): boolean {
  try {
    return linkStatus(path) !== undefined;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

function missingIsUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof SystemError && (error.code === "ENOENT" || error.code === "ENOTDIR")) {
      return undefined;
    }
    throw error;
  }
}

/** linux/stat.h, struct statx. Undefined if it does not exist: an exception would cost a hook call a millisecond. */
function statx(
  dirfd: number,
  name: Uint8Array<ArrayBuffer>,
  flags: number,
  what: string,
): FileStatus | undefined {
  const bytes = new Uint8Array(STATX_SIZE);
  if (libc().statx(dirfd, name, flags, STATX_BASIC_STATS, bytes) < 0) {
    const code = errno();
    // No file has a name that is too long.
    if (code === ENOENT || code === ENOTDIR || code === ENAMETOOLONG) return undefined;
    throw new SystemError(code, what);
  }
  const view = new DataView(bytes.buffer);
  const time = (at: number) =>
    view.getBigInt64(at, true) * 1_000_000_000n + BigInt(view.getUint32(at + 8, true));
  const mode = view.getUint16(28, true);
  return {
    kind: KINDS[mode >> 12] ?? "file",
    mode: mode & 0o7777,
    links: view.getUint32(16, true),
    uid: view.getUint32(20, true),
    gid: view.getUint32(24, true),
    inode: view.getBigUint64(32, true),
    size: Number(view.getBigUint64(40, true)),
    changedNs: time(96),
    modifiedNs: time(112),
    device: `${view.getUint32(136, true)}:${view.getUint32(140, true)}`,
  };
}

/**
 * Opens a file for reading by its path, in a directory that no other user can
 * change; never follows a link in the last part, never blocks. Undefined if it
 * does not exist. The caller closes it.
 */
export function openPlain(path: string): number | undefined {
  const fd = libc().openat(AT_FDCWD, cString(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
  if (fd >= 0) return fd;
  const code = errno();
  if (code === ENOENT || code === ENOTDIR) return undefined;
  throw new SystemError(code, path);
}

/** The target of a symbolic link, as written. */
export function readLink(path: string): string {
  return readLinkAt(AT_FDCWD, path, path);
}

function readLinkAt(dirfd: number, name: string, what: string): string {
  const into = new Uint8Array(PATH_MAX);
  const n = check(libc().readlinkat(dirfd, cString(name), into, into.length), what);
  return new TextDecoder().decode(into.subarray(0, n));
}

/**
 * The directory that holds a path's last part, held open, and that part's name.
 * No process can swap a directory on the way any more: an action through
 * `directory` and `name` affects the very file that was checked.
 */
export class Place {
  readonly directory: number;
  readonly name: string;
  /** The path with every symbolic link on the way resolved, the last part's too when it was followed. */
  readonly path: string;

  constructor(directory: number, name: string, path: string) {
    this.directory = directory;
    this.name = name;
    this.path = path;
  }

  /** Status of the last part, the link itself if it is one; undefined if it does not exist. */
  status(): FileStatus | undefined {
    return statx(this.directory, cString(this.name), AT_SYMLINK_NOFOLLOW, this.path);
  }

  /**
   * Opens the last part; never follows a link, never waits (FIFOs), never
   * becomes a controlling terminal. The caller closes the descriptor.
   */
  open(flags: number, mode = 0o644): number {
    const all = flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    return check(libc().openat(this.directory, cString(this.name), all, mode), this.path);
  }

  /**
   * A handle on the last part that cannot read or write: it stays with the same
   * file, whatever happens to the name. Never blocks, whatever kind of file it
   * is. The caller closes it.
   */
  hold(): number {
    const flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    return check(libc().openat(this.directory, cString(this.name), flags, 0), this.path);
  }

  readLink(): string {
    return readLinkAt(this.directory, this.name, this.path);
  }

  /** Renames `from`, a name in the same directory, to this place's name, replacing any existing file. */
  replaceBy(from: string): void {
    check(libc().renameat(this.directory, cString(from), this.directory, cString(this.name)), this.path);
  }

  /** Removes a name in this place's directory; by default the place's own. */
  unlink(name = this.name): void {
    check(libc().unlinkat(this.directory, cString(name), 0), this.path);
  }

  /** Creates a directory of this name. */
  makeDirectory(mode: number): void {
    check(libc().mkdirat(this.directory, cString(this.name), mode), this.path);
  }

  /** Removes a directory of this name, which must be empty. */
  removeDirectory(): void {
    check(libc().unlinkat(this.directory, cString(this.name), AT_REMOVEDIR), this.path);
  }

  /** Renames the file of this name to the other place's name, replacing any existing file. */
  moveTo(other: Place): void {
    check(
      libc().renameat(this.directory, cString(this.name), other.directory, cString(other.name)),
      other.path,
    );
  }

  /** The same directory under another name. Shares the descriptor: only one of the two may be disposed of. */
  sibling(name: string): Place {
    return new Place(this.directory, name, this.path.slice(0, this.path.lastIndexOf("/") + 1) + name);
  }

  [Symbol.dispose](): void {
    close(this.directory);
  }
}

/** A directory that replaces `/`, and the paths that stay outside it. */
let otherRoot: { path: string; except: readonly string[] } | undefined;

/**
 * Makes `path` the root of every path that is walked or listed from now on,
 * links on the way included: a call played against a copy of /sys.
 *
 * @param path absolute, without links in it
 * @param except directories of hookvisor's own, which are not affected
 */
export function setRoot(path: string, except: readonly string[]): void {
  otherRoot = { path, except };
}

function rootOf(path: string): string {
  if (otherRoot === undefined) return "/";
  const { path: root, except } = otherRoot;
  return except.some((own) => path === own || path.startsWith(`${own}/`)) ? "/" : root;
}

/**
 * Walks an absolute path from the root, part by part, opening each directory without following links; the
 * walk follows links itself, so that the real path is known and is exactly what was walked.
 *
 * @param followLast whether a link in the last part is followed too
 * @param root the directory that `/` means
 * @throws {SystemError} when a part of the way is missing or not a directory, or after 40 links
 */
export function walk(path: string, followLast: boolean, root = rootOf(path)): Place {
  let rest = path.split("/").filter((part) => part !== "" && part !== ".");
  let done: string[] = [];
  let links = 0;
  let directory = openDirectory(AT_FDCWD, root, root);
  try {
    for (;;) {
      const name = rest.shift();
      if (name === undefined) return new Place(directory, ".", "/" + done.join("/"));
      if (name === "..") {
        // Only ever from a link's text: `..` is relative to the link's directory, and the walk starts again.
        rest = [...done.slice(0, -1), ...rest];
        done = [];
        directory = reopenRoot(directory, root);
        continue;
      }
      const here = "/" + [...done, name].join("/");
      const place = new Place(directory, name, here);
      refuseSlow(root === "/" ? here : `${root}${here}`);
      const isLast = rest.length === 0;
      if (isLast && !followLast) return place;
      const status = place.status();
      if (status?.kind === "symlink") {
        if (++links > MAX_LINKS) throw new SystemError(40, path);
        const target = place.readLink();
        const base = target.startsWith("/") ? [] : done;
        rest = [...base, ...target.split("/").filter((part) => part !== "" && part !== "."), ...rest];
        done = [];
        directory = reopenRoot(directory, root);
        continue;
      }
      if (isLast) return place;
      const next = openDirectory(directory, name, here);
      close(directory);
      directory = next;
      done.push(name);
    }
  } catch (error) {
    close(directory);
    throw error;
  }
}

/**
 * Walks a real path, as `Place.path` gave it: no link may be on the way, nor
 * anything else that now makes it lead elsewhere.
 *
 * @throws {SystemError} `ESTALE` when one is
 */
export function walkReal(path: string): Place {
  const place = walk(path, false);
  if (place.path === path) return place;
  place[Symbol.dispose]();
  throw new SystemError(116, `${path} now resolves to ${place.path}`);
}

/** For the calls in which the kernel follows links. @throws {MayHang} */
function refuseSlowWay(path: string, followLast: boolean): void {
  if (!refusesSlow()) return;
  try {
    walk(path, followLast, "/")[Symbol.dispose]();
  } catch (error) {
    // The call itself reports that.
    if (!(error instanceof SystemError)) throw error;
  }
}

function openDirectory(dirfd: number, name: string, what: string): number {
  return check(libc().openat(dirfd, cString(name), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0), what);
}

function reopenRoot(old: number, root: string): number {
  const directory = openDirectory(AT_FDCWD, root, root);
  close(old);
  return directory;
}

/**
 * The path with every symbolic link on the way resolved, regardless of `setRoot`: programs are this host's.
 * The last part need not exist.
 */
export function realPath(path: string): string {
  using place = walk(path, true, "/");
  return place.path;
}

/** The contents of an open file, at most `limit` bytes; undefined if it holds more. `size` is its expected size. */
export function readAll(fd: number, limit: number, size = 65_536): Uint8Array<ArrayBuffer> | undefined {
  let bytes = new Uint8Array(Math.max(1, Math.min(size, limit) + 1));
  let length = 0;
  for (;;) {
    if (length > limit) return undefined;
    if (length === bytes.length) {
      const more = new Uint8Array(Math.min(2 * length, limit + 1));
      more.set(bytes);
      bytes = more;
    }
    const n = readSome(fd, bytes.subarray(length));
    if (n === undefined) throw new SystemError(11, "read");
    if (n === 0) return bytes.subarray(0, length);
    length += n;
  }
}

/** Writes all bytes to an open file. */
export function writeAll(fd: number, bytes: Uint8Array<ArrayBuffer>): void {
  let at = 0;
  while (at < bytes.length) {
    const n = writeSome(fd, bytes.subarray(at));
    if (n === undefined) throw new SystemError(11, "write");
    at += n;
  }
}

/** Sets owner and permission bits of an open file. */
export function setOwnerAndMode(fd: number, owner: { uid: number; gid: number }, mode: number): void {
  check(libc().fchown(fd, owner.uid, owner.gid), "fchown");
  check(libc().fchmod(fd, mode), "fchmod");
}

/** Sets the permission bits of what `Place.hold` returned, of any kind. */
export function setMode(held: number, mode: number): void {
  check(libc().fchmodat(AT_FDCWD, cString(`/proc/self/fd/${held}`), mode), "chmod");
}

/** Sets the owner of what `Place.hold` returned. An id of 2^32-1 keeps the current one. */
export function setOwner(held: number, uid: number, gid: number): void {
  check(libc().fchownat(held, EMPTY, uid, gid, AT_EMPTY_PATH), "chown");
}

/** The names in a directory, sorted; undefined if it does not exist. */
export function listDirectory(path: string): string[] | undefined {
  refuseSlowWay(path, true);
  return missingIsUndefined(() => {
    using place = otherRoot === undefined ? undefined : walk(path, true);
    const [dirfd, name] = place === undefined ? [AT_FDCWD, path] : [place.directory, place.name];
    const fd = check(
      libc().openat(dirfd, cString(name), O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC, 0),
      path,
    );
    try {
      return readNames(fd, path).sort();
    } finally {
      close(fd);
    }
  });
}

/** linux/dirent.h, struct linux_dirent64. Deno's own listing is refused below /sys and /proc once a permission is dropped. */
function readNames(fd: number, what: string): string[] {
  const names: string[] = [];
  const buffer = new Uint8Array(new ArrayBuffer(32_768));
  const view = new DataView(buffer.buffer);
  for (;;) {
    const size = check(libc().getdents64(fd, buffer, buffer.length), what);
    if (size === 0) return names;
    for (let at = 0; at < size; at += view.getUint16(at + 16, true)) {
      const name = new TextDecoder().decode(buffer.subarray(at + 19, buffer.indexOf(0, at + 19)));
      if (name !== "." && name !== "..") names.push(name);
    }
  }
}
