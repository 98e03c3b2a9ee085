import type { FileStat } from "./trust.ts";

/** Why a file could not be looked at or read. */
export interface FileTrouble {
  /** `missing`: there is nothing of that name (a link that leads nowhere is `other`). `denied`: this user may not. */
  trouble: "missing" | "denied" | "other";
  /** What the system said, without a final full stop. */
  message: string;
}

/** A step on the way to a file, with what tells one file from another. */
export interface ChainStep extends FileStat {
  device: string;
  inode: bigint;
}

/** What loading handlers and `config.yaml` needs of the file system; `system/` has the real one. */
export interface HandlerFiles {
  /** The names in a directory, in any order. */
  list(directory: string): string[] | FileTrouble;
  /**
   * `lstat` of every step of an absolute path from `/` on; where a step is a
   * symbolic link, then every step from `/` on of what it leads to. The last
   * is what the path means in the end.
   */
  chain(path: string): ChainStep[] | FileTrouble;
  /** The bytes of a regular file of at most `most` bytes, and which file was opened. A larger one is trouble. */
  read(path: string, most: number): { bytes: Uint8Array; device: string; inode: bigint } | FileTrouble;
}

export function isTrouble(result: object): result is FileTrouble {
  return "trouble" in result;
}
