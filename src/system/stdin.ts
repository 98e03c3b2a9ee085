import type { Deadline } from "../base/deadline.ts";
import { readSome, setNonBlocking } from "./descriptor.ts";
import type { Loop } from "./loop.ts";

/** Why standard input could not be read whole, and its beginning. */
export type InputFailure = { error: string; beginning: Uint8Array };

/** How much of a refused input is kept. */
const BEGINNING = 1024 * 1024;

const STDIN = 0;

/**
 * Everything on standard input, until its end.
 *
 * libvirt writes the XML into a pipe and does not require a reader, so this
 * reads it only for a handler that uses it.
 */
export class StdinReader {
  readonly #loop: Loop;
  readonly #limit: number;
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
  #state: "reading" | "end" | "too large" = "reading";

  /** @param limit the most bytes that are accepted */
  constructor(loop: Loop, limit: number) {
    this.#loop = loop;
    this.#limit = limit;
  }

  /** Reads to the end. If the deadline comes first, a later call continues where this one stopped. */
  read(deadline: Deadline): { bytes: Uint8Array<ArrayBuffer> } | InputFailure {
    if (this.#state === "reading") this.#readUntil(deadline);
    if (this.#state === "reading") return this.#refused("standard input timed out");
    if (this.#state === "too large") {
      return this.#refused(`standard input is larger than ${this.#limit} bytes`);
    }
    const bytes = this.#joined(this.#size);
    // Held once.
    this.#parts.splice(0, this.#parts.length, bytes);
    return { bytes };
  }

  #refused(error: string): InputFailure {
    return { error, beginning: this.#joined(Math.min(this.#size, BEGINNING)) };
  }

  #joined(size: number): Uint8Array<ArrayBuffer> {
    if (this.#parts.length === 1 && this.#parts[0]!.length === size) return this.#parts[0]!;
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part.subarray(0, size - at), at);
      at += Math.min(part.length, size - at);
    }
    return bytes;
  }

  #readUntil(deadline: Deadline): void {
    const buffer = new Uint8Array(65_536);
    setNonBlocking(STDIN);
    const wait = this.#loop.whenReadable(STDIN, () => {
      const n = readSome(STDIN, buffer);
      if (n === undefined) return;
      if (n === 0) this.#state = "end";
      else if (this.#size + n > this.#limit) {
        this.#state = "too large";
        this.#parts.splice(0, this.#parts.length, this.#joined(BEGINNING));
        this.#size = BEGINNING;
      } else {
        this.#parts.push(buffer.slice(0, n));
        this.#size += n;
      }
    });
    while (this.#isReading && !deadline.passed) this.#loop.turn(deadline);
    wait.cancel();
  }

  get #isReading(): boolean {
    return this.#state === "reading";
  }
}
