import type { FileStatus } from "../system/file.ts";
import { endOfFile } from "../system/file_part.ts";

/** A hookvisor has Deno's runtime in it, of some 80 MiB; the smallest file that is examined, in bytes. */
const SMALLEST = 32 * 1024 * 1024;
/** Its own code, less than 2 MiB, is at the end of the file, and names this directory. */
const END = 4 * 1024 * 1024;
const MARK = "/etc/hookvisor/handlers";

/** Whether a file is a hookvisor, of any version and whatever its name. */
export function isHookvisor(path: string, { kind, size }: FileStatus): boolean {
  return kind === "file" && size >= SMALLEST && (endOfFile(path, END)?.includes(MARK) ?? false);
}
