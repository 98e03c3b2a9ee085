import { address, systemCall } from "./libc.ts";

// asm/unistd_64.h; asm-generic/unistd.h for aarch64. asm-generic/mman-common.h.
const MADVISE = Deno.build.arch === "aarch64" ? 233 : 28;
const MADV_DONTNEED = 4;

/** Zeroes a Wasm memory and returns its pages to the kernel. False if it could not: the memory is then unchanged. */
export function clearMemory(memory: ArrayBufferLike): boolean {
  if (!(memory instanceof ArrayBuffer)) return false;
  const bytes = new Uint8Array(memory);
  return systemCall(MADVISE, address(bytes), bytes.length, MADV_DONTNEED) === 0;
}
