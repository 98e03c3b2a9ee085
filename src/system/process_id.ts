import { libc } from "./libc.ts";

/** This process's number. From the kernel: Deno's is that of the checkpoint in a process restored from one. */
export function processId(): number {
  return other ?? libc().getpid();
}

let other: number | undefined;

/** Lets `processId` give that of the process for which this one does something. */
export function actFor(pid: number): void {
  other = pid;
}
