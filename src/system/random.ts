import { libc } from "./libc.ts";
import { check } from "./system_error.ts";

/**
 * `size` random bytes from the kernel (getrandom), at most 256. The runtime's
 * own generator is not asked: a process restored from a checkpoint shares its
 * state with every other.
 */
export function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  check(libc().getrandom(bytes, size), "getrandom");
  return bytes;
}
