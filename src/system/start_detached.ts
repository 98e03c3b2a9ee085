import { close, cString } from "./descriptor.ts";
import { O_RDWR, walk, writeAll } from "./file.ts";
import { libc } from "./libc.ts";
import { Process } from "./process.ts";
import { check } from "./system_error.ts";

// linux/memfd.h
const MFD_CLOEXEC = 1;
/** This program, even when its file was replaced meanwhile. */
export const SELF = "/proc/self/exe";
/** Its name in `ps` and similar tools. */
export const SELF_NAME = "hookvisor";

/** A descriptor of a file in memory that holds these bytes, to be read from its beginning. The caller closes it. */
export function memoryFile(bytes: Uint8Array<ArrayBuffer>): number {
  const fd = check(libc().memfd_create(cString("input"), MFD_CLOEXEC), "memfd_create");
  try {
    writeAll(fd, bytes);
    check(libc().lseek(fd, 0), "lseek");
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

/**
 * Starts this program again, in its own session, and does not wait for it: it
 * has none of our descriptors but those passed, and reads `input` from its
 * standard input.
 *
 * @param passed become its descriptors 3, 4, …
 * @throws {SystemError}
 */
export function startDetached(
  args: readonly string[],
  input: Uint8Array<ArrayBuffer>,
  passed: readonly number[] = [],
): void {
  const stdin = memoryFile(input);
  try {
    using place = walk("/dev/null", false);
    const nothing = place.open(O_RDWR);
    try {
      const env = { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
      Process.start({ path: SELF, name: SELF_NAME, args, env, stdio: [stdin, nothing, nothing], passed });
    } finally {
      close(nothing);
    }
  } finally {
    close(stdin);
  }
}
