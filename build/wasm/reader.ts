/** Reads the primitive parts of a WebAssembly binary (core specification, chapter 5: "Binary Format"). */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  /** Offset in the whole file; what error messages name. */
  at: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  /** Whether everything has been read. */
  get done(): boolean {
    return this.at >= this.#end;
  }

  /** @throws {Error} at the end. */
  byte(): number {
    const byte = this.at < this.#end ? this.#bytes[this.at] : undefined;
    if (byte === undefined) throw new Error(`the file is cut off at offset ${this.at}`);
    this.at++;
    return byte;
  }

  /** An unsigned LEB128 number of at most 32 bits. @throws {Error} when it is longer. */
  u32(): number {
    const start = this.at;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80 && value <= 0xffffffff) return value;
      if (byte < 0x80) break;
    }
    throw new Error(`the number at offset ${start} has more than 32 bits`);
  }

  /** A signed LEB128 number of at most 64 bits. @throws {Error} when it is longer. */
  s64(): bigint {
    const start = this.at;
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(Number(shift) + 7, value);
    }
    throw new Error(`the number at offset ${start} has more than 64 bits`);
  }

  /** The next `size` bytes, as a view. @throws {Error} when there are fewer. */
  take(size: number): Uint8Array {
    if (this.at + size > this.#end) throw new Error(`the file is cut off at offset ${this.#end}`);
    this.at += size;
    return this.#bytes.subarray(this.at - size, this.at);
  }

  /** A name: its length, then UTF-8. @throws {TypeError} when it is not UTF-8. */
  name(): string {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(this.u32()));
  }

  /** A reader over the next `size` bytes, which are skipped here. */
  inner(size: number): Reader {
    const start = this.at;
    this.take(size);
    return new Reader(this.#bytes, start, this.at);
  }
}
