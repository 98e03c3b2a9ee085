import { close, pipe, readSome, setNonBlocking } from "./descriptor.ts";
import { O_RDWR, walk } from "./file.ts";
import { systemCall } from "./libc.ts";
import { Loop } from "./loop.ts";
import { Process } from "./process.ts";
import type { Deadline } from "../base/deadline.ts";
import { waitUntil } from "./wait.ts";

// asm/unistd_64.h, linux/personality.h
const PERSONALITY = 135;
const ASK = 0xffffffff;
const ADDR_COMPAT_LAYOUT = 0x200000;

/** A child process whose output is read as it arrives. */
export class Child {
  readonly process: Process;
  readonly #output: number;
  readonly #loop = new Loop();
  #text = "";
  #isOver = false;

  /**
   * @param program run with empty standard input, and both outputs read here
   * @param apart whether its memory is laid out from the bottom up, where a new process has no mappings
   * (x86-64)
   * @throws {SystemError}
   */
  constructor(
    program: { path: string; name?: string; args: string[]; env: Record<string, string> },
    apart = false,
  ) {
    const ends = pipe();
    this.#output = ends.read;
    using place = walk("/dev/null", false);
    const nothing = place.open(O_RDWR);
    const usual = apart ? systemCall(PERSONALITY, ASK) : 0;
    if (apart) systemCall(PERSONALITY, usual | ADDR_COMPAT_LAYOUT);
    try {
      this.process = Process.start({ ...program, stdio: [nothing, ends.write, ends.write] });
    } catch (error) {
      close(ends.read);
      throw error;
    } finally {
      if (apart) systemCall(PERSONALITY, usual);
      close(ends.write);
      close(nothing);
    }
    setNonBlocking(this.#output);
  }

  /** Its output up to its end, or until `enough` returns true, or until the deadline. */
  output(deadline: Deadline, enough: (text: string) => boolean = () => false): string {
    const buffer = new Uint8Array(65_536);
    const wait = this.#loop.whenReadable(this.#output, () => {
      const n = readSome(this.#output, buffer);
      if (n === 0) this.#isOver = true;
      else if (n !== undefined) this.#text += new TextDecoder().decode(buffer.subarray(0, n));
    });
    waitUntil(() => this.#isOver || enough(this.#text), this.#loop, deadline);
    wait.cancel();
    return this.#text;
  }

  /** Ends it, and every process it has started. */
  [Symbol.dispose](): void {
    close(this.#output);
    this.process.endGroup();
  }
}
