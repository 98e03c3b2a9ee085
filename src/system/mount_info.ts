import { close, cString, readSome } from "./descriptor.ts";
import { libc } from "./libc.ts";

const AT_FDCWD = -100;
const O_CLOEXEC = 0o2000000;

/** A mount, as proc_pid_mountinfo(5) describes it. */
export interface Mount {
  id: string;
  /** The mount that it is on. */
  parent: string;
  /** The file system's device: the same in all its mounts. */
  device: string;
  /** The directory of the file system that is mounted. */
  root: string;
  /** Where it is mounted. */
  point: string;
  type: string;
  /** The user whose process serves it, of FUSE: what it says of owners and modes is as that user likes. */
  server?: number;
}

let last: { info: string; mounts: readonly Mount[] } | undefined;

/** The mounts that this process sees now, in the order of mounting. Parsed only where they have changed: each exec asks. */
export function readMounts(): readonly Mount[] {
  const info = mountInfo();
  if (last?.info !== info) last = { info, mounts: parseMounts(info) };
  return last.mounts;
}

/** Reads the text of /proc/self/mountinfo. */
export function parseMounts(info: string): Mount[] {
  return info.split("\n").flatMap((line) => {
    const [head = "", tail = ""] = line.split(" - ");
    const [id, parent, device, root, point] = head.split(" ");
    if (id === undefined || parent === undefined || device === undefined) return [];
    if (root === undefined || point === undefined) return [];
    const [type = "", , options = ""] = tail.split(" ");
    const server = /(?:^|,)user_id=([0-9]+)/.exec(options)?.[1];
    return [{
      id,
      parent,
      device,
      root: unescaped(root),
      point: unescaped(point),
      type,
      ...(server === undefined ? {} : { server: Number(server) }),
    }];
  });
}

/** Spaces and similar characters are escaped in octal. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)));
}

/** Not through file.ts, which calls slow_mounts.ts. */
function mountInfo(): string {
  const fd = libc().openat(AT_FDCWD, cString("/proc/self/mountinfo"), O_CLOEXEC, 0);
  if (fd < 0) return "";
  try {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(16_384);
    let text = "";
    for (let n = readSome(fd, buffer); n !== undefined && n > 0; n = readSome(fd, buffer)) {
      text += decoder.decode(buffer.subarray(0, n), { stream: true });
    }
    return text;
  } finally {
    close(fd);
  }
}
