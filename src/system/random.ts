import { libc } from "./libc.ts";
import { check } from "./system_error.ts";

/**
 * `size` random bytes from the kernel (getrandom), at most 256. The runtime's
 * own generator is not used: all processes restored from a checkpoint share its
 * state.
 */
export function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  check(libc().getrandom(bytes, size), "getrandom");
  return bytes;
}
