/** Collects bytes of a WebAssembly binary; the counterpart of `Reader`. */
export class Writer {
  #bytes = new Uint8Array(256);
  #length = 0;

  byte(...bytes: number[]): this {
    return this.bytes(Uint8Array.from(bytes));
  }

  bytes(bytes: Uint8Array): this {
    const needed = this.#length + bytes.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(needed * 2);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
    return this;
  }

  /** Unsigned LEB128 in its shortest form. */
  u32(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.byte(rest % 128 | 0x80);
    return this.byte(rest);
  }

  /** Signed LEB128 in its shortest form, for 32-bit numbers. */
  s32(value: number): this {
    let rest = value;
    for (; rest < -64 || rest > 63; rest >>= 7) this.byte(rest & 0x7f | 0x80);
    return this.byte(rest & 0x7f);
  }

  /** A name: its length, then UTF-8. */
  name(text: string): this {
    return this.sized(new TextEncoder().encode(text));
  }

  /** Bytes with their number in front. */
  sized(bytes: Uint8Array): this {
    return this.u32(bytes.length).bytes(bytes);
  }

  /** A copy of everything written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
