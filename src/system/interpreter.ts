import { close, readSome } from "./descriptor.ts";
import { O_RDONLY, walk } from "./file.ts";

/** How much of a script's first line the kernel reads (BINPRM_BUF_SIZE of linux/binfmts.h). */
const LONGEST = 256;

/**
 * The programs that a script's first line names: `#!/usr/bin/env python3` names two. Empty for any other
 * file. @throws {SystemError}
 */
export function interpreterOf(path: string): string[] {
  using place = walk(path, true);
  if (place.status()?.kind !== "file") return [];
  const fd = place.open(O_RDONLY);
  const bytes = new Uint8Array(LONGEST);
  let length = 0;
  try {
    length = readSome(fd, bytes) ?? 0;
  } finally {
    close(fd);
  }
  const [line = ""] = new TextDecoder().decode(bytes.subarray(0, length)).split("\n", 1);
  if (!line.startsWith("#!")) return [];
  const [interpreter, ...rest] = line.slice(2).trim().split(/[ \t]+/);
  if (interpreter === undefined || interpreter === "") return [];
  const named = /(?:^|\/)env$/.test(interpreter) ? rest.find((word) => !/^-|=/.test(word)) : undefined;
  return named === undefined ? [interpreter] : [interpreter, named];
}
