import { address, systemCall } from "./libc.ts";

// asm/unistd_64.h; asm-generic/unistd.h for aarch64. asm-generic/mman-common.h.
const MADVISE = Deno.build.arch === "aarch64" ? 233 : 28;
const MADV_DONTNEED = 4;

/** Makes a Wasm memory all zero again, and gives its pages back to the kernel. False when it could not: then it is as it was. */
export function clearMemory(memory: ArrayBufferLike): boolean {
  if (!(memory instanceof ArrayBuffer)) return false;
  const bytes = new Uint8Array(memory);
  return systemCall(MADVISE, address(bytes), bytes.length, MADV_DONTNEED) === 0;
}
