import { address, systemCall } from "./libc.ts";

// asm/unistd_64.h; asm-generic/unistd.h for aarch64. asm-generic/mman-common.h.
const MADVISE = Deno.build.arch === "aarch64" ? 233 : 28;
const MADV_DONTNEED = 4;
/** The kernel's page size, in bytes, or a multiple of it. */
const PAGE = Deno.build.arch === "aarch64" ? 65_536 : 4096;

/**
 * Zeroes a Wasm memory, or the part of it from byte `from` to before `to`, and returns its whole pages to the kernel.
 * False if the kernel refused that.
 */
export function clearMemory(memory: ArrayBufferLike, from = 0, to = memory.byteLength): boolean {
  if (!(memory instanceof ArrayBuffer)) return false;
  const bytes = new Uint8Array(memory);
  const [first, last] = [Math.ceil(from / PAGE) * PAGE, Math.floor(to / PAGE) * PAGE];
  if (first >= last) {
    bytes.fill(0, from, to);
    return true;
  }
  bytes.fill(0, from, first);
  bytes.fill(0, last, to);
  return systemCall(MADVISE, address(bytes) + first, last - first, MADV_DONTNEED) === 0;
}
