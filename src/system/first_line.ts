import { close, readSome } from "./descriptor.ts";
import { O_RDONLY, realPath, walk } from "./file.ts";
import { refusesSlow } from "./slow_mounts.ts";
import { SystemError } from "./system_error.ts";

/** How much of a script's first line the kernel reads (BINPRM_BUF_SIZE of linux/binfmts.h). */
const LONGEST = 256;
/** How many interpreters, one the script of the next, the kernel follows (fs/exec.c). */
const MOST_INTERPRETERS = 5;

/** What follows `#!` in a script's first line, without blanks around it; undefined for any other file. @throws {SystemError} */
export function firstLineOf(path: string): string | undefined {
  using place = walk(path, true);
  if (place.status()?.kind !== "file") return undefined;
  const fd = place.open(O_RDONLY);
  const bytes = new Uint8Array(LONGEST);
  let length = 0;
  try {
    length = readSome(fd, bytes) ?? 0;
  } finally {
    close(fd);
  }
  const [line = ""] = new TextDecoder().decode(bytes.subarray(0, length)).split("\n", 1);
  return line.startsWith("#!") ? line.slice(2).replace(/^[ \t]+|[ \t]+$/g, "") : undefined;
}

/** Refuses a script that the kernel would start through a program that may hang. @throws {MayHang} */
export function refuseSlowInterpreters(path: string): void {
  if (!refusesSlow()) return;
  try {
    let program: string | undefined = path;
    for (let i = 0; i <= MOST_INTERPRETERS && program !== undefined; i++) {
      program = firstLineOf(realPath(program))?.split(/[ \t]/, 1)[0];
    }
  } catch (error) {
    // Starting it reports that.
    if (!(error instanceof SystemError)) throw error;
  }
}
