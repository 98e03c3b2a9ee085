/** Words of 64 bits in one step, and bytes in front of the first. */
const WORDS = 8;
const HEADER = 64;
/** Instead of a system call's number: two places have to hold the same; the end. */
const SAME = -1;
const END = -2;

/** One step as it is in a checkpoint. */
export interface DecodedStep {
  /** The system call's number; SAME and END are below 0. */
  number: number;
  args: number[];
  expected: number;
}

/** The steps of a checkpoint's beginning; as many as there are whole ones up to the end. */
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
 * What a new process does to become a copy of the one a checkpoint was taken of: system calls in their order, each
 * with the result it has to have, and the data they need. build/elf/restore_code.ts reads them, and says how they are
 * laid out.
 */
export class Steps {
  readonly #address: number;
  readonly #steps: (number | bigint)[][] = [];
  readonly #data: Uint8Array[] = [];
  readonly #dataOffset: number;
  #dataSize = 0;

  /**
   * @param address where the steps will be in memory; nothing else may be there
   * @param most room for that many steps
   */
  constructor(address: number, most: number) {
    this.#address = address;
    this.#dataOffset = HEADER + most * WORDS * 8;
  }

  /** A system call, and the result without which the process starts plainly. */
  call(number: number, args: readonly (number | bigint)[], expected: number): void {
    const six = [...args, 0, 0, 0, 0, 0, 0].slice(0, 6);
    this.#push([number, ...six, expected]);
  }

  /** What is at `address` by then has to be these bytes. */
  same(address: number, bytes: Uint8Array): void {
    this.#push([SAME, address, this.place(bytes), bytes.length, 0, 0, 0, 0]);
  }

  /** The end: on with what was stopped. `threadId` is where the C library keeps the thread's id. */
  end(registers: number, threadId: number): void {
    this.#push([END, registers, threadId, 0, 0, 0, 0, 0]);
  }

  /** Puts bytes beside the steps; gives the address they will have. */
  place(bytes: Uint8Array): number {
    const address = this.#address + this.#dataOffset + this.#dataSize;
    this.#data.push(bytes, new Uint8Array(-bytes.length & 7));
    this.#dataSize += bytes.length + (-bytes.length & 7);
    return address;
  }

  /** Room for what a system call gives. */
  room(size: number): number {
    return this.place(new Uint8Array(size));
  }

  /** A NUL-terminated text. */
  text(text: string): number {
    return this.place(new TextEncoder().encode(`${text}\0`));
  }

  /** The steps as the file begins with them, in `size` bytes; `behind` are to follow. `takenNs` is on CLOCK_MONOTONIC. */
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
