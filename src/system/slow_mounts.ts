import { type Mount, readMounts } from "./mount_info.ts";

/**
 * File systems that answer from memory or a disk of this host. Any other may wait for another machine or for
 * a process: NFS, CIFS, FUSE, 9p, automounts, and future ones.
 */
const OWN = new Set(
  ("ext2 ext3 ext4 xfs btrfs bcachefs f2fs jfs reiserfs zfs nilfs2 vfat exfat ntfs3 iso9660 udf squashfs erofs overlay " +
    "tmpfs ramfs devtmpfs hugetlbfs proc sysfs devpts cgroup cgroup2 securityfs debugfs tracefs configfs bpf pstore " +
    "efivarfs mqueue fusectl binfmt_misc rpc_pipefs selinuxfs nsfs resctrl").split(" "),
);
/** The mounts are read again after this time, in milliseconds, because handlers may mount something. */
const FRESH_MS = 500;

/** A path was refused because its file system may never answer. */
export class MayHang extends Error {
  override readonly name = "MayHang";

  constructor(path: string) {
    super(`${path} lies on a file system that may not answer`);
  }
}

let guards = 0;
let isAllowed = false;
let known: { mounts: readonly string[]; at: number } | undefined;

/**
 * Runs a function during which every path on a file system that may hang is
 * refused.
 *
 * @throws {MayHang} instead
 */
export function guarded<T>(act: () => T): T {
  guards++;
  try {
    return act();
  } finally {
    guards--;
  }
}

/** Declares that this process may hang: from now on it refuses no path. */
export function allowSlow(): void {
  isAllowed = true;
}

/** Whether a path may be refused now: whoever follows links must then look at each step. */
export function refusesSlow(): boolean {
  return guards > 0 && !isAllowed && slow().length > 0;
}

/** Called before a path is used. @throws {MayHang} */
export function refuseSlow(path: string): void {
  if (guards > 0 && mayHang(path)) throw new MayHang(path);
}

/** Whether a path lies on a file system that may never answer, judged by its text. */
export function mayHang(path: string): boolean {
  if (isAllowed) return false;
  return slow().some((mount) => path === mount || path.startsWith(`${mount}/`));
}

function slow(): readonly string[] {
  if (known === undefined || performance.now() - known.at > FRESH_MS) {
    known = { mounts: slowMounts(readMounts()), at: performance.now() };
  }
  return known.mounts;
}

/**
 * Mount points of file systems that may hang. Never the root: this program lies on it, or could not be found.
 */
export function slowMounts(mounts: readonly Mount[]): string[] {
  // The last mount on a mount point is the visible one.
  const types = new Map(mounts.map(({ point, type }) => [point, type]));
  return [...types].filter(([point, type]) => point !== "/" && !OWN.has(type)).map(([point]) => point);
}
