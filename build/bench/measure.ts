/**
 * Runs a program from the outside and measures its cost: wall time by our own clock, processor time by the
 * kernel's account of the finished process (`wait4`). A small binding to the C library, because starting a
 * program through Deno costs more than some of the programs measured here.
 */
import { StringVector, text } from "./c_strings.ts";

// spawn.h: room for glibc's opaque struct (80 bytes); fcntl.h, wait.h, resource.h.
const ACTIONS_SIZE = 256;
const O_WRONLY = 1;
const O_CLOEXEC = 0o2000000;
const RUSAGE_SIZE = 144;
// linux/prctl.h, wait(2)
const PR_SET_CHILD_SUBREAPER = 36;
const ANY = -1;
const SIGKILL = 9;

const { symbols: c } = Deno.dlopen("libc.so.6", {
  posix_spawn: { parameters: ["buffer", "buffer", "buffer", "pointer", "buffer", "buffer"], result: "i32" },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawn_file_actions_addopen: { parameters: ["buffer", "i32", "buffer", "i32", "u32"], result: "i32" },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  wait4: { parameters: ["i32", "buffer", "i32", "buffer"], result: "i32" },
});

/** What to run. */
export interface TimedCommand {
  /** Absolute path of the program. */
  path: string;
  /** `argv[0]`, if it is not the path itself. */
  argv0?: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Its standard input, a pipe as from libvirt: at most 64 KiB, which fit a pipe. */
  stdin: Uint8Array<ArrayBuffer>;
}

/** A run's cost, in milliseconds. `cpu` counts the process and every descendant it waited for. */
export interface Cost {
  wall: number;
  cpu: number;
}

/**
 * Runs a command to its end.
 *
 * @throws {Error} when it cannot be started or does not exit with 0: its times would mean nothing.
 */
export function run(command: TimedCommand): Cost {
  const start = performance.now();
  const pid = spawn(command);
  const cpu = reap(pid, command) ?? 0;
  const wall = performance.now() - start;
  return { wall, cpu: cpu + reapOrphans(command) };
}

/** Starts a command that many times at once and waits for all; `cpu` is their sum. */
export function runAtOnce(command: TimedCommand, count: number): Cost {
  const start = performance.now();
  const pids = Array.from({ length: count }, () => spawn(command));
  const cpu = pids.reduce((sum, pid) => sum + (reap(pid, command) ?? 0), 0);
  const wall = performance.now() - start;
  return { wall, cpu: cpu + reapOrphans(command) };
}

/** Starts a command; its output goes to /dev/null. Returns its process id. */
export function spawn({ path, argv0, args, env, stdin }: TimedCommand): number {
  const actions = new Uint8Array(ACTIONS_SIZE);
  const pipe = new Int32Array(2);
  check(c.pipe2(new Uint8Array(pipe.buffer), O_CLOEXEC), "pipe2");
  const [reader, writer] = [pipe[0]!, pipe[1]!];
  const written = Number(c.write(writer, stdin, BigInt(stdin.length)));
  c.close(writer);
  if (written !== stdin.length) throw new Error(`the input of ${path} does not fit into a pipe`);
  c.posix_spawn_file_actions_init(actions);
  c.posix_spawn_file_actions_adddup2(actions, reader, 0);
  for (const fd of [1, 2]) {
    c.posix_spawn_file_actions_addopen(actions, fd, text("/dev/null"), O_WRONLY, 0);
  }
  const argv = new StringVector([argv0 ?? path, ...args]);
  const envp = new StringVector(Object.entries(env).map(([name, value]) => `${name}=${value}`));
  const pid = new Int32Array(1);
  const error = c.posix_spawn(
    new Uint8Array(pid.buffer),
    text(path),
    actions,
    null,
    argv.pointers,
    envp.pointers,
  );
  c.posix_spawn_file_actions_destroy(actions);
  c.close(reader);
  if (error !== 0) throw new Error(`cannot start ${path}: errno ${error}`);
  return pid[0]!;
}

/**
 * We adopt the processes that an ending process leaves behind, so that their time counts: hookvisor answers
 * before all its processes have ended.
 */
check(c.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n), "prctl");

/** Waits for all adopted processes; returns their processor time. */
function reapOrphans(command: TimedCommand): number {
  let cpu = 0;
  for (;;) {
    const more = reap(ANY, command);
    if (more === undefined) return cpu;
    cpu += more;
  }
}

/** Waits for one process, or for any; returns its processor time, user and system; undefined if none exists. */
function reap(pid: number, { path, args }: TimedCommand): number | undefined {
  const status = new Int32Array(1);
  const usage = new Uint8Array(RUSAGE_SIZE);
  if (c.wait4(pid, new Uint8Array(status.buffer), 0, usage) < 0) return undefined;
  // The process that made way for its answer is ended when it has not ended on its own.
  if (status[0] !== 0 && (pid !== ANY || status[0] !== SIGKILL)) {
    throw new Error(`${[path, ...args].join(" ")} exited with wait status ${status[0]}, not 0`);
  }
  const view = new DataView(usage.buffer);
  const at = (offset: number) =>
    Number(view.getBigInt64(offset, true)) * 1000 + Number(view.getBigInt64(offset + 8, true)) / 1000;
  return at(0) + at(16);
}

function check(result: number, call: string): void {
  if (result < 0) throw new Error(`${call} failed`);
}
