/**
 * The kernel's information about this process, read without Deno: Deno has it only from the start of the
 * checkpointed process, and refuses it once permissions were dropped.
 */
import { close } from "./descriptor.ts";
import { openPlain, readAll } from "./file.ts";
import { libc } from "./libc.ts";
import { supervisedCaller } from "./supervisor.ts";
import { SystemError } from "./system_error.ts";

/** Arguments and environment have 6 MiB at most (execve(2)). */
const LARGEST = 8 * 1024 * 1024;

/** The command line, `argv[0]` first. */
export function ownCommandLine(): string[] {
  return texts("/proc/self/cmdline");
}

/** The environment that this process was started with, as `NAME=value`. */
export function environment(): string[] {
  return texts("/proc/self/environ");
}

/** Names of the variables of that environment, sorted. */
export function environmentNames(): string[] {
  return environment().map((variable) => variable.split("=", 1)[0]!).sort();
}

/** The process that called this one: libvirt's daemon, for a hook call. */
export function callerId(): number {
  return supervisedCaller() ?? libc().getppid();
}

/** The name of the process that called this one (at most 15 bytes, as the kernel keeps it), or undefined. */
export function callerName(): string | undefined {
  try {
    return read(`/proc/${callerId()}/comm`)?.trimEnd();
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/**
 * Whether the process that called this one has ended since.
 *
 * @param id the first result of `callerId`
 */
export function isCallerGone(id: number): boolean {
  if (supervisedCaller() === undefined && libc().getppid() !== id) return true;
  try {
    const status = read(`/proc/${id}/stat`);
    // A zombie never answers. The name in brackets may hold anything.
    return status === undefined || /^[ZX]/.test(status.slice(status.lastIndexOf(")") + 2));
  } catch (error) {
    if (error instanceof SystemError) return error.code === "ESRCH";
    throw error;
  }
}

function texts(path: string): string[] {
  return read(path)?.split("\0").slice(0, -1) ?? [];
}

function read(path: string): string | undefined {
  const fd = openPlain(path);
  if (fd === undefined) return undefined;
  try {
    const bytes = readAll(fd, LARGEST);
    return bytes && new TextDecoder().decode(bytes);
  } finally {
    close(fd);
  }
}
