import { close, pipe, setNonBlocking, writeSome } from "./descriptor.ts";
import type { Loop, Wait } from "./loop.ts";
import { OutputSink } from "./output_sink.ts";
import { Process, SIGKILL, SIGTERM } from "./process.ts";
import { SystemError } from "./system_error.ts";

/** How a command ended. Output is decoded as UTF-8; invalid bytes become U+FFFD. */
export interface CommandResult {
  /** Its exit code; null when a signal ended it. */
  code: number | null;
  /** The signal's name, such as `SIGKILL`; null when it exited. */
  signal: string | null;
  stdout: string;
  stderr: string;
  /** Output beyond the limit was dropped. */
  truncated: boolean;
  /** It was ended because its own time-out had passed. */
  timedOut: boolean;
}

export interface CommandOptions {
  path: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  stdin: string;
  /** Descriptors of ours that the program gets as its descriptors 3, 4, … */
  passed?: readonly number[];
  /** Bytes kept of each output. */
  outputLimit: number;
  /** Milliseconds until SIGTERM; Infinity: never. */
  timeoutMs: number;
  /** Milliseconds from that SIGTERM to SIGKILL. */
  graceMs: number;
  /** Called once when it has ended, unless it was killed by `kill()`. */
  done(result: CommandResult): void;
}

const SIGNALS: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
  24: "SIGXCPU",
  25: "SIGXFSZ",
  31: "SIGSYS",
};

/** The interval of checks whether a process has ended, on kernels without pidfd, in milliseconds. */
const LOOK_EVERY = 5;

/**
 * A running command with pipes of its own. It ends with its process: descriptors that its children hold open
 * are not waited for.
 */
export class Command {
  readonly #loop: Loop;
  readonly #options: CommandOptions;
  readonly #process: Process;
  readonly #stdout: OutputSink;
  readonly #stderr: OutputSink;
  readonly #waits: Wait[] = [];
  #stdin: { fd: number; rest: Uint8Array<ArrayBuffer> } | undefined;
  #timedOut = false;
  #over = false;

  /** @throws {SystemError} when it cannot be started */
  constructor(loop: Loop, options: CommandOptions) {
    this.#loop = loop;
    this.#options = options;
    const input = pipe();
    const output = pipe();
    const errors = pipe();
    for (const fd of [input.write, output.read, errors.read]) setNonBlocking(fd);
    const theirs = [input.read, output.write, errors.write] as const;
    try {
      this.#process = Process.start({ ...options, stdio: theirs });
    } catch (error) {
      for (const fd of [input.write, output.read, errors.read]) close(fd);
      throw error;
    } finally {
      for (const fd of theirs) close(fd);
    }
    this.#stdout = new OutputSink(loop, output.read, options.outputLimit);
    this.#stderr = new OutputSink(loop, errors.read, options.outputLimit);
    this.#stdin = { fd: input.write, rest: new TextEncoder().encode(options.stdin) };
    this.#feed();
    if (this.#stdin !== undefined) this.#waits.push(loop.whenWritable(input.write, () => this.#feed()));
    this.#awaitEnd();
    if (options.timeoutMs !== Infinity) {
      this.#waits.push(loop.after(options.timeoutMs, () => {
        this.#timedOut = true;
        this.terminate();
        this.#waits.push(loop.after(options.graceMs, () => this.#process.signalGroup(SIGKILL)));
      }));
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Whether its process has ended, and with it all of its group, also after `kill`. */
  get hasEnded(): boolean {
    return this.#process.poll() !== undefined && this.#process.isGroupGone;
  }

  /** Whether its process has not been observed to end. */
  get running(): boolean {
    return !this.#over && this.#process.poll() === undefined;
  }

  /** SIGTERM to its process group. */
  terminate(): void {
    if (!this.#over) this.#process.signalGroup(SIGTERM);
  }

  /** SIGKILL to its process group; its end is no longer reported. */
  kill(): void {
    if (this.#over) return;
    this.#process.signalGroup(SIGKILL);
    this.#release();
  }

  #feed(): void {
    const stdin = this.#stdin;
    if (stdin === undefined) return;
    try {
      while (stdin.rest.length > 0) {
        const n = writeSome(stdin.fd, stdin.rest);
        if (n === undefined) return;
        stdin.rest = stdin.rest.subarray(n);
      }
    } catch (error) {
      // A command need not read its input.
      if (!(error instanceof SystemError) || error.code !== "EPIPE") throw error;
    }
    this.#closeStdin();
  }

  #closeStdin(): void {
    if (this.#stdin === undefined) return;
    const { fd } = this.#stdin;
    this.#stdin = undefined;
    this.#loop.forget(fd);
    close(fd);
  }

  #awaitEnd(): void {
    const { pidfd } = this.#process;
    if (pidfd !== undefined) {
      this.#waits.push(this.#loop.whenReadable(pidfd, () => this.#look()));
    } else {
      this.#waits.push(this.#loop.after(LOOK_EVERY, () => {
        this.#look();
        if (!this.#over) this.#awaitEnd();
      }));
    }
  }

  #look(): void {
    const ending = this.#process.poll();
    if (ending === undefined || this.#over) return;
    this.#stdout.drain();
    this.#stderr.drain();
    const result: CommandResult = {
      code: ending.code ?? null,
      signal: ending.signal === undefined ? null : SIGNALS[ending.signal] ?? `signal ${ending.signal}`,
      stdout: this.#stdout.text,
      stderr: this.#stderr.text,
      truncated: this.#stdout.truncated || this.#stderr.truncated,
      timedOut: this.#timedOut,
    };
    this.#release();
    this.#options.done(result);
  }

  #release(): void {
    this.#over = true;
    for (const wait of this.#waits) wait.cancel();
    this.#closeStdin();
    this.#stdout.drop();
    this.#stderr.drop();
  }
}
