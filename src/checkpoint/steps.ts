/** 64-bit words in one step, and bytes before the first step. */
const WORDS = 8;
const HEADER = 64;
/** Instead of a system call's number: two places must be equal; the end. */
const SAME = -1;
const END = -2;

/** One step as it is in a checkpoint. */
export interface DecodedStep {
  /** The system call's number; SAME and END are below 0. */
  number: number;
  args: number[];
  expected: number;
}

/** The steps at a checkpoint's beginning: all complete ones up to the end. */
export function decodeSteps(bytes: Uint8Array<ArrayBuffer>): DecodedStep[] {
  const words = new BigInt64Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 8));
  const steps: DecodedStep[] = [];
  for (let at = HEADER / 8; at + WORDS <= words.length; at += WORDS) {
    const [number, ...rest] = [...words.subarray(at, at + WORDS)].map(Number);
    if (number === undefined || number === END) break;
    steps.push({ number, args: rest.slice(0, 6), expected: rest[6] ?? 0 });
  }
  return steps;
}

/**
 * What a new process does to become a copy of the checkpointed one: system calls in order, each with its
 * required result, and the data they need. build/elf/restore_code.ts reads them and describes their layout.
 */
export class Steps {
  readonly #address: number;
  readonly #steps: (number | bigint)[][] = [];
  readonly #data: Uint8Array[] = [];
  readonly #dataOffset: number;
  #dataSize = 0;

  /**
   * @param address the steps' address in memory, which nothing else may occupy
   * @param most room for that many steps
   */
  constructor(address: number, most: number) {
    this.#address = address;
    this.#dataOffset = HEADER + most * WORDS * 8;
  }

  /** A system call and its required result; with any other result the process makes a plain start. */
  call(number: number, args: readonly (number | bigint)[], expected: number): void {
    const six = [...args, 0, 0, 0, 0, 0, 0].slice(0, 6);
    this.#push([number, ...six, expected]);
  }

  /** The memory at `address` must then hold these bytes. */
  same(address: number, bytes: Uint8Array): void {
    this.#push([SAME, address, this.place(bytes), bytes.length, 0, 0, 0, 0]);
  }

  /**
   * The end: the stopped process continues. `threadId` is the address where the C library keeps the thread's
   * id.
   */
  end(registers: number, threadId: number): void {
    this.#push([END, registers, threadId, 0, 0, 0, 0, 0]);
  }

  /** Puts bytes beside the steps; returns their future address. */
  place(bytes: Uint8Array): number {
    const address = this.#address + this.#dataOffset + this.#dataSize;
    this.#data.push(bytes, new Uint8Array(-bytes.length & 7));
    this.#dataSize += bytes.length + (-bytes.length & 7);
    return address;
  }

  /** Room for a system call's result. */
  room(size: number): number {
    return this.place(new Uint8Array(size));
  }

  /** A NUL-terminated text. */
  text(text: string): number {
    return this.place(new TextEncoder().encode(`${text}\0`));
  }

  /** The steps as the beginning of the file, in `size` bytes; `behind` bytes follow. `takenNs` is on CLOCK_MONOTONIC. */
  encode(tag: Uint8Array, size: number, behind: number, takenNs = 0n): Uint8Array<ArrayBuffer> {
    if (this.#dataOffset + this.#dataSize > size) throw new Error("a checkpoint's steps do not fit");
    const bytes = new Uint8Array(size);
    bytes.set(tag);
    const words = new BigInt64Array(bytes.buffer);
    words.set([size + behind, this.#address, size, takenNs].map(BigInt), 2);
    this.#steps.forEach((step, i) => {
      words.set(step.map((word) => BigInt.asIntN(64, BigInt(word))), (HEADER / 8) + i * WORDS);
    });
    let at = this.#dataOffset;
    for (const part of this.#data) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #push(step: (number | bigint)[]): void {
    if (HEADER + (this.#steps.length + 1) * WORDS * 8 > this.#dataOffset) {
      throw new Error("a checkpoint has too many steps");
    }
    this.#steps.push(step);
  }
}
