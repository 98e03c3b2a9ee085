import { readLink } from "./file.ts";
import { libc, systemCall } from "./libc.ts";
import { close } from "./descriptor.ts";
import { SIGKILL } from "./process.ts";
import { SystemError } from "./system_error.ts";
import { readText } from "./read_text.ts";

/** Linux 5.15; the same number on all architectures. */
const PROCESS_MRELEASE = 448;
const LIMIT = 65_536;
/** What this program runs beside a hook call (start_detached.ts), by its first argument. */
const INDEPENDENT = ["hook", "checkpoint"];

/**
 * A process that SIGKILL has not reached yet, and where in the kernel it hangs, as far as this process may
 * read that.
 */
export function abandonedProcess(pid: number): { where: string } | undefined {
  const state = /^State:\t(.)/m.exec(readText(`/proc/${pid}/status`, LIMIT) ?? "")?.[1];
  if (state === undefined || state === "Z" || state === "X") return undefined;
  const where = readText(`/proc/${pid}/wchan`, LIMIT)?.trim() ?? "";
  return { where: where === "0" ? "" : where };
}

/** Frees the memory of a process that was killed but does not end: it may hang for days. Does nothing on older kernels. */
export function releaseMemory(pid: number): void {
  const fd = libc().pidfdOpen(pid);
  if (fd < 0) return;
  systemCall(PROCESS_MRELEASE, fd, 0);
  close(fd);
}

/** Ends commands that a hook call had started, with their process groups. Returns those that were running. */
export function endAbandoned(pids: readonly number[]): { pid: number; command: string }[] {
  return pids.flatMap((pid) => {
    const words = commandOf(pid);
    if (words === undefined || isIndependent(pid, words)) return [];
    libc().kill(-pid, SIGKILL);
    return [{ pid, command: words[0] ?? "" }];
  });
}

/** The command line of a session leader, as every command is; undefined for any other process. */
function commandOf(pid: number): string[] | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  // The name, in parentheses, may hold anything. After it come state, parent, process group and session.
  const fields = readText(`/proc/${pid}/stat`, LIMIT)?.replace(/^.*\) /s, "").split(" ");
  if (fields === undefined || fields[0] === "Z" || fields[3] !== String(pid)) return undefined;
  return readText(`/proc/${pid}/cmdline`, LIMIT)?.split("\0");
}

function isIndependent(pid: number, [, first = ""]: string[]): boolean {
  try {
    return INDEPENDENT.includes(first) && readLink(`/proc/${pid}/exe`) === readLink("/proc/self/exe");
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}
