import { close, cString, readSome } from "./descriptor.ts";
import { address, systemCall } from "./libc.ts";
import type { Loop, Wait } from "./loop.ts";
import { check } from "./system_error.ts";

// asm/unistd_64.h, asm-generic/unistd.h for aarch64; sys/inotify.h
const [INIT, ADD] = Deno.build.arch === "aarch64" ? [26, 27] : [294, 254];
const IN_NONBLOCK = 0o4000;
const IN_CLOEXEC = 0o2000000;
/** Written and closed, attributes, moved, created, deleted, and the directory itself. */
const IN_CHANGED = 0x8 | 0x4 | 0xc0 | 0x100 | 0x200 | 0x400 | 0x800;
const IN_ONLYDIR = 0x01000000;

/**
 * Reports changes in directories, by inotify: it does nothing while nothing changes.
 *
 * For a missing directory it watches the nearest existing one above it.
 */
export class ChangeNotice {
  readonly #loop: Loop;
  readonly #directories: readonly string[];
  readonly #changed: () => void;
  #fd = -1;
  #wait: Wait | undefined;

  /** @param changed called in the loop, once for simultaneous changes */
  constructor(loop: Loop, directories: readonly string[], changed: () => void) {
    this.#loop = loop;
    this.#directories = directories;
    this.#changed = changed;
    this.#begin();
  }

  /** Again each time: a replaced directory is a different one. */
  #begin(): void {
    this.#fd = check(systemCall(INIT, IN_NONBLOCK | IN_CLOEXEC), "inotify_init1");
    for (const directory of this.#directories) {
      for (let path = directory;; path = path.slice(0, path.lastIndexOf("/")) || "/") {
        const name = cString(path);
        if (systemCall(ADD, this.#fd, address(name), IN_CHANGED | IN_ONLYDIR) >= 0 || path === "/") break;
      }
    }
    this.#wait = this.#loop.whenReadable(this.#fd, () => this.#read());
  }

  #read(): void {
    const buffer = new Uint8Array(new ArrayBuffer(16_384));
    while (readSome(this.#fd, buffer) !== undefined);
    this.#wait?.cancel();
    close(this.#fd);
    this.#begin();
    this.#changed();
  }
}
