/** Where the engine's own things are in its memory: pointers. */
export interface EngineRoots {
  runtime: number;
  context: number;
  /** Eight bytes for what C functions give back by pointer. */
  out: number;
  /** The prelude's `enter`: a pointer to a JSValue. */
  enter: number;
  /** The C stack pointer. */
  stack: number;
}

/**
 * The memory of an engine right after its set-up, as build/engine_image.ts
 * writes it into `engine.img`. Little-endian 32-bit numbers:
 *
 *     magic, five roots, number of seeds, number of runs,
 *     seeds: an address each,
 *     runs: address, length, bytes padded to a multiple of four
 *
 * Memory outside the runs is zero. A seed is eight bytes that QuickJS took
 * from the clock for `Math.random`: they are different in every engine.
 */
export class EngineImage {
  readonly roots: EngineRoots;
  readonly #seeds: readonly number[];
  readonly #runs: readonly { address: number; bytes: Uint8Array }[];

  /** @throws {Error} when the bytes are no image: the executable is damaged */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const next = () => {
      const word = words.getUint32(at, true);
      at += 4;
      return word;
    };
    if (next() !== IMAGE_MAGIC) throw new Error("engine.img is not an engine's image");
    this.roots = { runtime: next(), context: next(), out: next(), enter: next(), stack: next() };
    const seeds = next();
    const runs = next();
    this.#seeds = Array.from({ length: seeds }, next);
    this.#runs = Array.from({ length: runs }, () => {
      const address = next();
      const length = next();
      const run = bytes.subarray(at, at + length);
      at += Math.ceil(length / 4) * 4;
      return { address, bytes: run };
    });
  }

  /** Puts the state into a new instance's memory, with a randomness of its own. */
  writeTo(memory: WebAssembly.Memory): void {
    const target = new Uint8Array(memory.buffer);
    for (const { address, bytes } of this.#runs) target.set(bytes, address);
    for (const address of this.#seeds) crypto.getRandomValues(target.subarray(address, address + 8));
  }
}

export const IMAGE_MAGIC = 0x67696b68;
