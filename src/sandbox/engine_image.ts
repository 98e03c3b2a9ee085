import { clearMemory } from "../system/clear_memory.ts";
import { randomBytes } from "../system/random.ts";

/** Pointers to the engine's own data in its memory. */
export interface EngineRoots {
  runtime: number;
  context: number;
  /** Eight bytes for results that C functions return by pointer. */
  out: number;
  /** The prelude's `enter`: a pointer to a JSValue. */
  enter: number;
  /** The C stack pointer. */
  stack: number;
}

/** An engine's state: its pointers, and its whole memory. */
export interface Snapshot {
  roots: EngineRoots;
  memory: Uint8Array<ArrayBuffer>;
}

/**
 * The memory of an engine right after its set-up, as build/engine_image.ts
 * writes it into `engine.img`. Little-endian
 * 32-bit numbers:
 *
 *     magic, length of all, five roots, number of seeds, number of runs,
 *     seeds: an address each,
 *     runs: address, length, bytes padded to a multiple of four
 *
 * Memory outside the runs is zero. A seed is eight bytes that QuickJS took
 * from the clock for `Math.random`: they are different in every engine.
 */
export class EngineImage {
  readonly roots: EngineRoots;
  readonly seeds: readonly number[];
  readonly #runs: readonly { address: number; bytes: Uint8Array }[];

  /** @throws {Error} when the bytes are not a complete image */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const next = () => {
      const word = words.getUint32(at, true);
      at += 4;
      return word;
    };
    if (bytes.length < 4 * HEADER_WORDS || next() !== MAGIC || next() !== bytes.length) {
      throw new Error("not an engine image");
    }
    this.roots = { runtime: next(), context: next(), out: next(), enter: next(), stack: next() };
    const seeds = next();
    const runs = next();
    this.seeds = Array.from({ length: seeds }, next);
    this.#runs = Array.from({ length: runs }, () => {
      const address = next();
      const length = next();
      const run = bytes.subarray(at, at + length);
      at += Math.ceil(length / 4) * 4;
      return { address, bytes: run };
    });
  }

  /** The bytes of an image. `seeds` are addresses. */
  static encode({ roots, memory }: Snapshot, seeds: readonly number[]): Uint8Array<ArrayBuffer> {
    const runs = runsOf(memory);
    const length = runs.reduce((sum, { bytes }) => sum + 8 + Math.ceil(bytes.length / 4) * 4, 0) +
      4 * (HEADER_WORDS + seeds.length);
    const image = new Uint8Array(new ArrayBuffer(length));
    const words = new DataView(image.buffer);
    const { runtime, context, out, enter, stack } = roots;
    let at = 0;
    const put = (...values: number[]) => {
      for (const value of values) {
        words.setUint32(at, value, true);
        at += 4;
      }
    };
    put(MAGIC, length, runtime, context, out, enter, stack, seeds.length, runs.length, ...seeds);
    for (const { address, bytes } of runs) {
      put(address, bytes.length);
      image.set(bytes, at);
      at += Math.ceil(bytes.length / 4) * 4;
    }
    return image;
  }

  /** Writes the state into a new instance's memory, with its own random seeds. */
  writeTo(memory: WebAssembly.Memory): void {
    const target = new Uint8Array(memory.buffer);
    for (const { address, bytes } of this.#runs) target.set(bytes, address);
    this.seed(memory);
  }

  /** Zeroes what a used instance has written where this state is zero. False if it could not. */
  clearAround(memory: ArrayBufferLike): boolean {
    const ends = [0, ...this.#runs.map(({ address, bytes }) => address + bytes.length)];
    const starts = [...this.#runs.map(({ address }) => address), memory.byteLength];
    return ends.every((end, i) => clearMemory(memory, end, starts[i]));
  }

  /** Gives an instance in this state random seeds of its own. */
  seed(memory: WebAssembly.Memory): void {
    const target = new Uint8Array(memory.buffer);
    for (const address of this.seeds) target.set(randomBytes(8), address);
  }
}

const MAGIC = 0x67696b69;
const HEADER_WORDS = 9;
/** Zero words of eight bytes that end a run: fewer cost less to write than a new run. */
const GAP = 8192;

/** Stretches of memory that are not zero. */
function runsOf(memory: Uint8Array<ArrayBuffer>): { address: number; bytes: Uint8Array }[] {
  const words = new BigUint64Array(memory.buffer, memory.byteOffset, memory.length / 8);
  const runs: { address: number; bytes: Uint8Array }[] = [];
  let start = -1;
  let last = -1;
  for (let i = 0; i < words.length; i++) {
    if (words[i] === 0n) continue;
    if (start >= 0 && i - last > GAP) {
      runs.push({ address: start * 8, bytes: memory.subarray(start * 8, (last + 1) * 8) });
      start = -1;
    }
    if (start < 0) start = i;
    last = i;
  }
  if (start >= 0) runs.push({ address: start * 8, bytes: memory.subarray(start * 8, (last + 1) * 8) });
  return runs;
}
