import { clearMemory } from "../system/clear_memory.ts";

// Memory in pages of 64 KiB: QuickJS's own limit does not count bytes under
// emscripten, so the Wasm memory itself is the limit.
const INITIAL_PAGES = 256;
const MAXIMUM_PAGES = 1024;
/** The size of a new engine's memory: larger memory cannot be reused for one. */
export const INITIAL_BYTES = INITIAL_PAGES * 65_536;

let spare: WebAssembly.Memory | undefined;

/**
 * Memory for one engine, all zero. It may be one that another had before:
 * creating one takes V8 longer, and after a few V8 collects garbage.
 */
export function takeMemory(): WebAssembly.Memory {
  const memory = spare ?? new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES });
  spare = undefined;
  return memory;
}

/**
 * For the next engine: the kernel frees the pages that the last one wrote. Memory that has grown is left to
 * V8.
 */
export function giveBackMemory(memory: WebAssembly.Memory): void {
  if (memory.buffer.byteLength === INITIAL_BYTES && clearMemory(memory.buffer)) spare = memory;
}
