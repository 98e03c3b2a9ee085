import { assemble, type Line } from "../../../build/elf/assemble.ts";
import { Steps } from "../../../src/checkpoint/steps.ts";
import { HAS_OWN_MOUNTS, withOwnMounts } from "./namespaces.ts";
import { Folder, ON_X86, type Outcome, systemProgram } from "./real_programs.ts";

export const RESTORING = { ignore: ON_X86.ignore || !HAS_OWN_MOUNTS };

// asm/unistd_64.h, sys/mman.h
export const CALL = {
  close: 3,
  mmap: 9,
  mprotect: 10,
  rt_sigaction: 13,
  pread64: 17,
  getpid: 39,
  sigaltstack: 131,
  arch_prctl: 158,
  openat: 257,
  set_robust_list: 273,
  statx: 332,
};
const READ_WRITE = 3;
const READ_EXECUTE = 5;
const PRIVATE_NOREPLACE = 0x100002;
const ANONYMOUS = 0x20;

const PAGE = 4096;
export const STEPS_ADDRESS = 0x1000_0000;
const STEPS_SIZE = 2 * PAGE;
const MOST_STEPS = 60;
/** In the file behind the steps, and in memory: a page of code, and one for registers and the stack. */
const CODE_OFFSET = STEPS_SIZE;
const DATA_OFFSET = CODE_OFFSET + PAGE;
export const CODE = 0x2000_0000;
export const DATA = CODE + PAGE;
export const THREAD_ID = DATA + 64;
const STACK = 2048;
/** The stack pointer once the code has been returned to. */
export const STACK_POINTER = DATA + STACK + 8;
/** rbp, rbx, r12, r13, r14, r15. */
export const REGISTERS = [0x1111111111111111n, 2n, 0x3333333333333333n, 4n, -5n, 6n];

/** Says that it was restored. */
export const SAY_RESTORED: Line[] = [
  { code: "48 8d 35", of: "text", is: "lea rsi, [text]" },
  { code: "bf 01 00 00 00 ba 08 00 00 00 b8 01 00 00 00 0f 05", is: "write(1, rsi, 8)" },
  { code: "bf 03 00 00 00 b8 e7 00 00 00 0f 05", is: "exit_group(3)" },
  { label: "text" },
  { data: new TextEncoder().encode("restored"), is: "text" },
];
export const RESTORED: Outcome = { stdout: "restored", stderr: "", code: 3, signal: null };

/** What a checkpoint made by hand is to hold; the rest is as it should be. */
export interface HandMade {
  code?: Line[];
  /** Where the steps want to be. */
  address?: number;
  /** Steps before those that bring the code, and behind them. */
  first?: (steps: Steps) => void;
  last?: (steps: Steps) => void;
  /** Brings the code as a copy, as what may be executed is brought where nothing may be from a file. */
  copied?: boolean;
}

/** A checkpoint file that goes on in a piece of code. */
export function checkpoint(tag: Uint8Array, made: HandMade = {}): Uint8Array<ArrayBuffer> {
  const steps = new Steps(made.address ?? STEPS_ADDRESS, MOST_STEPS);
  made.first?.(steps);
  if (made.copied) {
    steps.call(CALL.mmap, [CODE, PAGE, READ_WRITE, PRIVATE_NOREPLACE | ANONYMOUS, -1, 0], CODE);
    steps.call(CALL.pread64, [3, CODE, PAGE, CODE_OFFSET], PAGE);
    steps.call(CALL.mprotect, [CODE, PAGE, READ_EXECUTE], 0);
  } else steps.call(CALL.mmap, [CODE, PAGE, READ_EXECUTE, PRIVATE_NOREPLACE, 3, CODE_OFFSET], CODE);
  steps.call(CALL.mmap, [DATA, PAGE, READ_WRITE, PRIVATE_NOREPLACE, 3, DATA_OFFSET], DATA);
  steps.call(CALL.close, [3], 0);
  made.last?.(steps);
  steps.end(DATA, THREAD_ID);

  const file = new Uint8Array(DATA_OFFSET + PAGE);
  file.set(steps.encode(tag, STEPS_SIZE, file.length - STEPS_SIZE));
  file.set(assemble(made.code ?? SAY_RESTORED).code, CODE_OFFSET);
  const words = new BigInt64Array(file.buffer, DATA_OFFSET);
  words.set([BigInt(DATA + STACK), ...REGISTERS]);
  words[STACK / 8] = BigInt(CODE);
  return file;
}

/** How a program is called that finds a checkpoint. */
export interface Call {
  /** By default four, as libvirt gives. */
  args?: string[];
  env?: Record<string, string>;
  /** Shell commands in `/run/hookvisor`, which holds the file `checkpoint` by then. */
  before?: string;
  /** Words in front of the program, and redirections behind its arguments. */
  prefix?: string;
  redirections?: string;
}

export const FOUR = ["%s|", "one", "two words", "three"];
/** What comes of them without a checkpoint. */
export const PLAIN: Outcome = { stdout: "one|two words|three|", stderr: "", code: 0, signal: null };

/** A program of the system, by default `printf`, with the entry code; and its tag. */
export class Restorable implements Disposable {
  readonly #folder = new Folder();
  readonly #name: string;
  tag = new Uint8Array(16);

  private constructor(name: string) {
    this.#name = name;
  }

  static async make(name = "printf"): Promise<Restorable> {
    const made = new Restorable(name);
    const program = systemProgram(name);
    await made.#folder.add(name, program);
    made.tag = new Uint8Array(await crypto.subtle.digest("SHA-256", program)).slice(0, 16);
    return made;
  }

  /** Starts the program where `/run` holds nothing but this checkpoint. The child's number is the program's. */
  start(file: Uint8Array, call: Call = {}): Deno.ChildProcess {
    this.#folder.write("file", file);
    const { before = "", prefix = "", redirections = "", env, args = FOUR } = call;
    // A descriptor 3 that was left open for us would keep the program from being restored.
    const script = `set -e; exec 3<&-
      mount -t tmpfs -o mode=755 none /run
      mkdir /run/hookvisor
      install -m 600 file /run/hookvisor/checkpoint
      (cd /run/hookvisor; ${before || ":"})
      exec ${prefix} with/${this.#name} "$@" ${redirections}`;
    const [command, ...words] = withOwnMounts(["sh", "-c", script, "sh", ...args]);
    const child = new Deno.Command(command!, {
      args: words,
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", ...env },
      clearEnv: true,
      cwd: this.#folder.path,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    // One that hangs, or stops itself, is to fail, and not to keep the others from being run.
    const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
    child.status.finally(() => clearTimeout(timer));
    return child;
  }

  async run(file: Uint8Array, call?: Call): Promise<Outcome> {
    const { stdout, stderr, code, signal } = await this.start(file, call).output();
    const text = new TextDecoder();
    return { stdout: text.decode(stdout), stderr: text.decode(stderr), code, signal };
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}
