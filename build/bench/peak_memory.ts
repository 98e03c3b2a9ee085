import { spawn, type TimedCommand } from "./measure.ts";

// ptrace.h, wait.h
const PTRACE_CONT = 7n;
const PTRACE_SEIZE = 0x4206n;
const TRACE_FORK_VFORK_CLONE_EXIT = 0x2n | 0x4n | 0x8n | 0x40n;
const EVENT_EXIT = 6;
const WALL = 0x40000000;
const WUNTRACED = 2;
const STOPPED = 0x7f;

const { symbols: c } = Deno.dlopen("libc.so.6", {
  ptrace: { parameters: ["i64", "i32", "u64", "u64"], result: "i64" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
});

/**
 * The most memory that one process of a command held at a time (`VmHWM`), in MiB: its own, or a descendant's.
 *
 * `wait4` cannot tell: a process started by a large one counts that one's memory too. So every process is
 * stopped at its exit, while its memory still exists, and inspected.
 */
export function peakMemory(command: TimedCommand): number {
  const root = spawnStopped(command);
  if (c.ptrace(PTRACE_SEIZE, root, 0n, TRACE_FORK_VFORK_CLONE_EXIT) !== 0n) {
    throw new Error(`cannot trace ${command.path}`);
  }
  Deno.kill(root, "SIGCONT");
  let peak = 0;
  const living = new Set([root]);
  while (living.size > 0) {
    const word = new Int32Array(1);
    const pid = c.waitpid(-1, new Uint8Array(word.buffer), WALL);
    if (pid < 0) throw new Error("waitpid failed");
    const status = word[0]!;
    if ((status & 0xff) !== STOPPED) {
      living.delete(pid);
      continue;
    }
    living.add(pid);
    const event = status >> 16;
    if (event === EVENT_EXIT) peak = Math.max(peak, highWaterMark(pid));
    // Anything but an event is a signal on its way to the process.
    const signal = event === 0 ? (status >> 8) & 0xff : 0;
    c.ptrace(PTRACE_CONT, pid, 0n, BigInt(signal));
  }
  return peak / 1024;
}

/** Starts the command in a shell that stops before it becomes the command: nothing of that is missed. */
function spawnStopped({ path, args, ...rest }: TimedCommand): number {
  const pid = spawn({
    ...rest,
    path: "/bin/sh",
    args: ["-c", 'kill -STOP $$; exec "$0" "$@"', path, ...args],
  });
  if (c.waitpid(pid, new Uint8Array(4), WUNTRACED) !== pid) throw new Error("waitpid failed");
  return pid;
}

function highWaterMark(pid: number): number {
  const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Number(kib ?? 0);
}
