import { MayHang, refuseSlow } from "./slow_mounts.ts";

/** The result of `lstat` for one step on the way to a file. */
export interface FileStat {
  path: string;
  uid: number;
  gid: number;
  /** Permission bits with set-id and sticky, as in `chmod`. */
  mode: number;
  isDirectory: boolean;
  isSymlink: boolean;
  isFile: boolean;
}

/** Why a file could not be examined or read. */
export interface FileTrouble {
  /** `missing`: nothing has that name (a link that leads nowhere is `other`). `denied`: this user may not. */
  trouble: "missing" | "denied" | "other";
  /** The system's message, without a final full stop. */
  message: string;
}

/** A step on the way to a file, with what identifies the file. */
export interface ChainStep extends FileStat {
  device: string;
  inode: bigint;
}

/** The file access that loading handlers and `config.yaml` needs. Tests use their own. */
export interface FileReader {
  /** The names in a directory, in any order. */
  list(directory: string): string[] | FileTrouble;
  /**
   * `lstat` of every step of an absolute path from `/` on; where a step is a
   * symbolic link, then every step from `/` on of its target. The last is the
   * path's final target.
   */
  chain(path: string): ChainStep[] | FileTrouble;
  /** The bytes of a regular file of at most `most` bytes, and which file was opened. A larger one is trouble. */
  read(path: string, most: number): { bytes: Uint8Array; device: string; inode: bigint } | FileTrouble;
}

export function isTrouble(result: object): result is FileTrouble {
  return "trouble" in result;
}

const MAX_LINKS = 40;

/**
 * The real file system, for loading handlers and `config.yaml`. By Deno's own
 * calls, so that a hook call without a handler never loads the C library.
 */
export const fileReader: FileReader = {
  list(directory) {
    try {
      return [...Deno.readDirSync(directory)].map((entry) => entry.name);
    } catch (error) {
      return trouble(error, directory);
    }
  },

  chain(path) {
    try {
      return chainOf(path);
    } catch (error) {
      return trouble(error, path);
    }
  },

  read(path, most) {
    try {
      using file = Deno.openSync(path);
      const { size, dev, ino } = file.statSync();
      if (size > most) return { trouble: "other", message: `${path} is larger than ${most} bytes` };
      // One more byte than expected, to detect a file that grows.
      const bytes = new Uint8Array(size + 1);
      let length = 0;
      for (;;) {
        const n = file.readSync(bytes.subarray(length));
        if (n === null || n === 0) break;
        length += n;
      }
      if (length > size) return { trouble: "other", message: `${path} grew while it was read` };
      return { bytes: bytes.subarray(0, length), device: String(dev), inode: BigInt(ino ?? 0) };
    } catch (error) {
      return trouble(error, path);
    }
  },
};

function chainOf(path: string): ChainStep[] {
  const steps = [step("/")];
  let rest = path.split("/").filter((part) => part !== "" && part !== ".");
  let here = "";
  let links = 0;
  // How many parts at the beginning of the rest a link's text has named, not the path itself.
  let named = 0;
  while (rest.length > 0) {
    const name = rest.shift()!;
    const isNamed = named > 0;
    if (isNamed) named--;
    if (name === "..") {
      // Only now: the part before it may itself have been a link.
      here = here.slice(0, Math.max(0, here.lastIndexOf("/")));
      steps.push(step(here || "/"));
      continue;
    }
    const next = stepOf(`${here}/${name}`, isNamed);
    steps.push(next);
    if (!next.isSymlink) {
      here = next.path;
      continue;
    }
    if (++links > MAX_LINKS) throw new Error(`${path}: too many symbolic links`);
    const target = Deno.readLinkSync(next.path);
    const whole = target.startsWith("/") ? target : `${here}/${target}`;
    const parts = whole.split("/").filter((part) => part !== "" && part !== ".");
    named += parts.length;
    rest = [...parts, ...rest];
    here = "";
    steps.push(step("/"));
  }
  return steps;
}

function step(path: string): ChainStep {
  refuseSlow(path);
  const info = Deno.lstatSync(path);
  return {
    path,
    uid: info.uid ?? 0,
    gid: info.gid ?? 0,
    mode: (info.mode ?? 0) & 0o7777,
    isDirectory: info.isDirectory,
    isSymlink: info.isSymlink,
    isFile: info.isFile,
    device: String(info.dev),
    inode: BigInt(info.ino ?? 0),
  };
}

/** What a link names and is missing is not a missing file: the link leads nowhere, and that is an admin's mistake. */
function stepOf(at: string, isNamed: boolean): ChainStep {
  try {
    return step(at);
  } catch (error) {
    if (!isNamed || !(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`a symbolic link in the path points to ${at}, which does not exist`, { cause: error });
  }
}

function trouble(error: unknown, path: string): FileTrouble {
  if (error instanceof MayHang) throw error;
  if (error instanceof Deno.errors.NotFound) return { trouble: "missing", message: `${path} does not exist` };
  if (error instanceof Deno.errors.PermissionDenied) {
    return { trouble: "denied", message: `user ${Deno.uid()} may not read ${path}` };
  }
  return {
    trouble: "other",
    message: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
  };
}
