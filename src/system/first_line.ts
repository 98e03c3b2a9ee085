import { close, readSome } from "./descriptor.ts";
import { O_RDONLY, walk } from "./file.ts";

/** How much of a script's first line the kernel reads (BINPRM_BUF_SIZE of linux/binfmts.h). */
const LONGEST = 256;

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
