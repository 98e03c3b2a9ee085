/** A string in C's form: UTF-8 with a NUL at its end. */
export function text(string: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(string + "\0");
}

/** A NULL-terminated array of C strings, as `argv` and `envp` are. It must outlive its use. */
export class StringVector {
  readonly pointers: Uint8Array<ArrayBuffer>;
  readonly strings: Uint8Array<ArrayBuffer>[];

  constructor(strings: readonly string[]) {
    // Separate buffers: small typed arrays may lie on V8's heap, which moves.
    this.strings = strings.map((one) => {
      const bytes = text(one);
      const own = new Uint8Array(new ArrayBuffer(Math.max(bytes.length, 128)));
      own.set(bytes);
      return own;
    });
    const pointers = new BigUint64Array(new ArrayBuffer(8 * (strings.length + 1)));
    this.strings.forEach((bytes, i) => {
      pointers[i] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
    });
    this.pointers = new Uint8Array(pointers.buffer);
  }
}
