import { close, cString, cStrings } from "./descriptor.ts";
import { libc } from "./libc.ts";
import { check, SystemError } from "./system_error.ts";

// Ample room for glibc's opaque struct of file actions (80 bytes).
const ACTIONS_SIZE = 256;
const ATTRIBUTES_SIZE = 512;
const SIGNAL_SET_SIZE = 128;
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSID = 0x80;
const WNOHANG = 1;

export const SIGTERM = 15;
export const SIGKILL = 9;

/** What to start: an absolute path, arguments without the program's own name, and the whole environment. */
export interface Program {
  path: string;
  args: readonly string[];
  /** The program's own name, its `argv[0]`; its path when absent. */
  name?: string;
  env: Readonly<Record<string, string>>;
  /** Our descriptors that become the program's standard input, output and error. No others are passed on. */
  stdio: readonly [stdin: number, stdout: number, stderr: number];
  /** Our descriptors that become the program's descriptors 3, 4, … Each must have a higher number than it gets. */
  passed?: readonly number[];
}

/** How a process ended: its exit code, or the signal that ended it. */
export type Ending = { code: number; signal?: undefined } | { code?: undefined; signal: number };

/** A started process, leader of a session and a process group of its own. */
export class Process {
  readonly pid: number;
  /** Readable when the process has ended; undefined on kernels before 5.3. */
  readonly pidfd: number | undefined;
  #ending: Ending | undefined;

  private constructor(pid: number) {
    this.pid = pid;
    const fd = libc().pidfdOpen(pid);
    this.pidfd = fd >= 0 ? fd : undefined;
  }

  /**
   * Starts a program, in a session and process group of its own, with default
   * signal dispositions, nothing blocked, and no descriptor but the three.
   *
   * @throws {SystemError} `ENOENT`, `EACCES`, `ENOEXEC`, … when it cannot be started.
   */
  static start(program: Program): Process {
    const c = libc();
    const actions = new Uint8Array(ACTIONS_SIZE);
    c.posix_spawn_file_actions_init(actions);
    try {
      program.stdio.forEach((fd, i) => c.posix_spawn_file_actions_adddup2(actions, fd, i));
      const passed = program.passed ?? [];
      passed.forEach((fd, i) => c.posix_spawn_file_actions_adddup2(actions, fd, 3 + i));
      // glibc before 2.34 lacks it; ours are all close-on-exec, and libvirt passes only 0 to 2.
      c.posix_spawn_file_actions_addclosefrom_np?.(actions, 3 + passed.length);
      const argv = new StringVector([program.name ?? program.path, ...program.args]);
      const envp = new StringVector(Object.entries(program.env).map(([name, value]) => `${name}=${value}`));
      const pid = new Int32Array(1);
      const error = c.posix_spawn(
        new Uint8Array(pid.buffer),
        cString(program.path),
        actions,
        ATTRIBUTES,
        argv.pointers,
        envp.pointers,
      );
      if (error !== 0) throw new SystemError(error, `cannot run ${program.path}`);
      return new Process(pid[0]!);
    } finally {
      c.posix_spawn_file_actions_destroy(actions);
    }
  }

  /** How it ended, or undefined while it runs. Never waits. */
  poll(): Ending | undefined {
    if (this.#ending !== undefined) return this.#ending;
    const status = new Int32Array(1);
    const pid = libc().waitpid(this.pid, new Uint8Array(status.buffer), WNOHANG);
    if (pid === 0) return undefined;
    check(pid, "waitpid");
    const signal = status[0]! & 0x7f;
    this.#ending = signal === 0 ? { code: (status[0]! >> 8) & 0xff } : { signal };
    if (this.pidfd !== undefined) close(this.pidfd);
    return this.#ending;
  }

  /** Kills it and its process group at once, and waits for it. */
  endGroup(): void {
    if (this.poll() !== undefined) return;
    this.signalGroup(SIGKILL);
    const status = new Int32Array(1);
    libc().waitpid(this.pid, new Uint8Array(status.buffer), 0);
    if (this.pidfd !== undefined) close(this.pidfd);
  }

  /** Whether no process is left in its process group. */
  get isGroupGone(): boolean {
    return sharesGroup || libc().kill(-this.pid, 0) < 0;
  }

  /** Sends a signal to the whole process group; does nothing when no process is left in it. */
  signalGroup(signal: number): void {
    libc().kill(sharesGroup ? this.pid : -this.pid, signal);
  }
}

let sharesGroup = false;

/** From now on, keeps what this process starts in its own process group, so that it ends with it. */
export function shareGroup(): void {
  sharesGroup = true;
  new DataView(ATTRIBUTES.buffer).setInt16(0, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK, true);
}

/**
 * `posix_spawnattr_t` as glibc's <spawn.h> lays it out (flags, process group,
 * default signals, signal mask): a session of its own, every signal at its
 * default, none blocked. Filled in here because binding each of the C functions
 * for it takes 0.1 ms.
 */
const ATTRIBUTES = new Uint8Array(ATTRIBUTES_SIZE);
new DataView(ATTRIBUTES.buffer).setInt16(
  0,
  POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK,
  true,
);
ATTRIBUTES.fill(0xff, 8, 8 + SIGNAL_SET_SIZE);

/** A NULL-terminated array of C strings, in one buffer that must outlive its use. */
export class StringVector {
  readonly pointers: Uint8Array<ArrayBuffer>;
  readonly text: Uint8Array<ArrayBuffer>;

  constructor(strings: string[]) {
    // One text and not one for each, because hundreds of thousands may come.
    const bytes = strings.length === 0 ? new Uint8Array(1) : cStrings(strings);
    // An ArrayBuffer of its own: small typed arrays may lie on V8's heap, which moves.
    this.text = new Uint8Array(new ArrayBuffer(bytes.length));
    this.text.set(bytes);
    const base = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.text)));
    const pointers = new BigUint64Array(new ArrayBuffer(8 * (strings.length + 1)));
    let offset = 0;
    for (let i = 0; i < strings.length; i++) {
      pointers[i] = base + BigInt(offset);
      offset = this.text.indexOf(0, offset) + 1;
    }
    this.pointers = new Uint8Array(pointers.buffer);
  }
}
