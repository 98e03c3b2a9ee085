import { fileStatus, readLink } from "./file.ts";
import { Command, type CommandResult } from "./command.ts";
import { Deadline } from "../base/deadline.ts";
import { Loop } from "./loop.ts";
import { SystemError } from "./system_error.ts";

/** Clock ticks a second in /proc/PID/stat: USER_HZ is 100 on every architecture this program is built for (proc(5)). */
const TICKS_MS = 10;
const SIGHUP = "SIGHUP";

/** A running process. */
export interface RunningProcess {
  pid: number;
  /** Its name, as the kernel keeps it: at most 15 bytes. */
  name: string;
  /** When it started, in milliseconds since the epoch, accurate to some hundredths of a second. */
  startedMs: number;
  /** The file it runs; undefined if this process may not read that. */
  program?: string;
}

/**
 * The running processes whose name is one of these, by pid. Those of a container, with pids of its own, are not
 * among them, nor copies that a process made of itself: until such a child runs another program, it has the name.
 */
export function processesNamed(names: readonly string[]): RunningProcess[] {
  const uptimeMs = Number(read("/proc/uptime")?.split(" ")[0]) * 1000;
  const namespace = pidNamespace("self");
  const found: (RunningProcess & { parent: number })[] = [];
  for (const { name: entry } of Deno.readDirSync("/proc")) {
    if (!/^[1-9]\d*$/.test(entry)) continue;
    const name = read(`/proc/${entry}/comm`)?.trimEnd();
    if (name === undefined || !names.includes(name)) continue;
    if ((pidNamespace(entry) ?? namespace) !== namespace) continue;
    // The name, in parentheses, may hold anything.
    const fields = read(`/proc/${entry}/stat`)?.replace(/^.*\) /s, "").split(" ");
    if (fields === undefined || fields[0] === "Z") continue;
    const startedMs = Date.now() - uptimeMs + Number(fields[19]) * TICKS_MS;
    const program = programOf(entry);
    const parent = Number(fields[1]);
    found.push({
      pid: Number(entry),
      name,
      startedMs,
      parent,
      ...(program === undefined ? {} : { program }),
    });
  }
  return found.filter(({ name, parent }) => !found.some((one) => one.pid === parent && one.name === name))
    .map(({ parent: _, ...process }) => process)
    .sort((a, b) => a.pid - b.pid);
}

function programOf(pid: string): string | undefined {
  return link(`/proc/${pid}/exe`)?.replace(/ \(deleted\)$/, "");
}

function pidNamespace(pid: string): string | undefined {
  return link(`/proc/${pid}/ns/pid`);
}

/** Where a link of /proc leads; undefined if this process may not read that. */
function link(path: string): string | undefined {
  try {
    return readLink(path);
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/**
 * Whether a path means the same file or directory to a process as to this one: the process may have another
 * root.
 */
export function seesSame(pid: number, path: string): boolean {
  try {
    const [ours, theirs] = [fileStatus(path), fileStatus(`/proc/${pid}/root${path}`)];
    return ours !== undefined && ours.device === theirs?.device && ours.inode === theirs.inode;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

/** Asks a daemon to reload: SIGHUP. False if it has ended meanwhile. */
export function askToReload(pid: number): boolean {
  try {
    Deno.kill(pid, SIGHUP);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Runs a program with nothing in its environment but `PATH` and `LC_ALL=C`; undefined if it cannot run or
 * does not end in time.
 */
export function runQuickly(
  path: string,
  args: readonly string[],
  timeoutMs = 5000,
): CommandResult | undefined {
  const loop = new Loop();
  const deadline = Deadline.in(timeoutMs);
  let result: CommandResult | undefined;
  try {
    const command = new Command(loop, {
      path,
      args,
      env: { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      stdin: "",
      outputLimit: 64 * 1024,
      timeoutMs: Infinity,
      graceMs: 0,
      done: (it) => result = it,
    });
    while (result === undefined && !deadline.passed) loop.turn(deadline);
    if (result === undefined) command.kill();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
  return result;
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    // The process has ended, or we may not inspect it.
    return undefined;
  }
}
