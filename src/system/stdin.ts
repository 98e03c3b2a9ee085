import type { Deadline } from "../base/deadline.ts";
import { readSome, setNonBlocking } from "./descriptor.ts";
import type { Loop } from "./loop.ts";

/** Why standard input could not be read whole. */
export type InputFailure = { error: string };

const STDIN = 0;

/**
 * Everything on standard input, until its end.
 *
 * libvirt writes the XML into a pipe and does not mind when nobody reads it,
 * so it is read only for a handler that wants to see it.
 */
export class StdinReader {
  readonly #loop: Loop;
  readonly #limit: number;
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
  #state: "reading" | "end" | "too large" = "reading";

  /** @param limit most bytes that are accepted */
  constructor(loop: Loop, limit: number) {
    this.#loop = loop;
    this.#limit = limit;
  }

  /** Reads to the end. When the deadline comes first, a later call goes on where this one stopped. */
  read(deadline: Deadline): { bytes: Uint8Array<ArrayBuffer> } | InputFailure {
    if (this.#state === "reading") this.#readUntil(deadline);
    if (this.#state === "reading") return { error: "standard input did not end in time" };
    if (this.#state === "too large") return { error: `standard input is larger than ${this.#limit} bytes` };
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return { bytes };
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
        this.#parts.length = 0;
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
