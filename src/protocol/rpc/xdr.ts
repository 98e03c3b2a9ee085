/** Bytes that violate the protocol: too short, or with an impossible length. */
export class XdrError extends Error {
  override readonly name = "XdrError";
}

/** No text or list in libvirt's protocol is longer (`VIR_NET_MESSAGE_STRING_MAX`, in bytes). */
const LONGEST = 4 * 1024 * 1024;

/** Writes values as XDR (RFC 4506): big-endian, everything padded to four bytes. */
export class XdrWriter {
  readonly #parts: Uint8Array[] = [];

  int(value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setInt32(0, value);
    return this.#push(bytes);
  }

  string(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.int(bytes.length).opaque(bytes);
  }

  /** Text that may be absent: a pointer, in the language of XDR. */
  optionalString(text: string | undefined): this {
    return text === undefined ? this.int(0) : this.int(1).string(text);
  }

  /** Bytes of a length that both sides know. */
  opaque(bytes: Uint8Array): this {
    return this.#push(bytes).#push(new Uint8Array((4 - bytes.length % 4) % 4));
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return concat(this.#parts);
  }

  #push(bytes: Uint8Array): this {
    if (bytes.length > 0) this.#parts.push(bytes);
    return this;
  }
}

/** Reads values that were written as XDR. Every method throws `XdrError` if the bytes do not hold the expected value. */
export class XdrReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  int(): number {
    return this.#view.getInt32(this.#take(4));
  }

  unsigned(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** 64 bits as a number: exact up to 2^53, which is more than any size that libvirt reports. */
  hyper(): number {
    return Number(this.#view.getBigInt64(this.#take(8)));
  }

  unsignedHyper(): number {
    return Number(this.#view.getBigUint64(this.#take(8)));
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** Text; invalid UTF-8 in it becomes U+FFFD. */
  string(): string {
    return new TextDecoder().decode(this.opaque(this.#length()));
  }

  optionalString(): string | undefined {
    return this.int() === 0 ? undefined : this.string();
  }

  opaque(length: number): Uint8Array {
    const at = this.#take(length + (4 - length % 4) % 4);
    return this.#bytes.subarray(at, at + length);
  }

  /** A list of any length, each of its elements read by `one`. */
  list<T>(one: (reader: this) => T): T[] {
    const length = this.#length();
    // An element has four bytes at least: an impossible length is found before anything is allocated.
    if (length * 4 > this.#bytes.length - this.#at) throw new XdrError(`a list of ${length} does not fit`);
    return Array.from({ length }, () => one(this));
  }

  #length(): number {
    const length = this.unsigned();
    if (length > LONGEST) throw new XdrError(`a length of ${length} is too large`);
    return length;
  }

  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) {
      throw new XdrError(`${size} bytes expected, ${this.#bytes.length - at} left`);
    }
    this.#at += size;
    return at;
  }
}

/** Several pieces of bytes as one. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(new ArrayBuffer(parts.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
