import { close, readSome, widen } from "./descriptor.ts";
import type { Loop, Wait } from "./loop.ts";

/** How many bytes all sinks keep together: hundreds of commands at once must not fill the memory. */
const KEPT_AT_ONCE = 16 * 1024 * 1024;
/** How many pipes may be wide together, for the same reason: a full one holds a mebibyte in the kernel. */
const WIDE_AT_ONCE = 16;
/** The least interval of reads of output that nobody keeps, in milliseconds. */
const DROP_EVERY = 1;

/**
 * Collects the output of a descriptor, up to a limit. The rest is read and dropped, so that the writer goes on, from a
 * wide pipe and at intervals: a wake-up for each small piece would take the processor from the writer.
 */
export class OutputSink {
  /** Bytes kept by all sinks. */
  static #kept = 0;
  static #wide = 0;
  static readonly #buffer = new Uint8Array(65_536);

  truncated = false;
  #fd: number | undefined;
  #parts: Uint8Array[] = [];
  #size = 0;
  #pause: Wait | undefined;
  #isWide = false;
  readonly #limit: number;
  readonly #loop: Loop;

  constructor(loop: Loop, fd: number, limit: number) {
    this.#loop = loop;
    this.#fd = fd;
    this.#limit = limit;
    loop.whenReadable(fd, () => this.#read(1));
  }

  get text(): string {
    const decoder = new TextDecoder();
    return this.#parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
  }

  /** Reads what the pipe holds now. Bounded: a writer may never stop. */
  drain(): void {
    this.#read(64);
  }

  /** Closes, and drops what was kept. */
  drop(): void {
    this.close();
    OutputSink.#kept -= this.#size;
    this.#size = 0;
    this.#parts = [];
  }

  close(): void {
    if (this.#fd === undefined) return;
    this.#pause?.cancel();
    this.#loop.forget(this.#fd);
    close(this.#fd);
    this.#fd = undefined;
    if (this.#isWide) OutputSink.#wide--;
  }

  #read(times: number): void {
    for (let i = 0; i < times && this.#fd !== undefined; i++) {
      const n = readSome(this.#fd, OutputSink.#buffer);
      if (n === undefined) return;
      if (n === 0) return this.close();
      if (this.truncated) continue;
      const room = Math.min(this.#limit - this.#size, KEPT_AT_ONCE - OutputSink.#kept);
      const kept = Math.min(n, room);
      if (kept > 0) this.#parts.push(OutputSink.#buffer.slice(0, kept));
      this.#size += kept;
      OutputSink.#kept += kept;
      if (n > room) {
        this.truncated = true;
        this.#widen(this.#fd);
        this.#dropLater(this.#fd);
      }
    }
  }

  #widen(fd: number): void {
    if (OutputSink.#wide >= WIDE_AT_ONCE) return;
    this.#isWide = true;
    OutputSink.#wide++;
    widen(fd);
  }

  #dropLater(fd: number): void {
    this.#loop.forget(fd);
    this.#pause = this.#loop.after(DROP_EVERY, () => {
      this.drain();
      if (this.#fd !== undefined) this.#loop.whenReadable(fd, () => this.#dropLater(fd));
    });
  }
}
