import { libc } from "./libc.ts";

/** This process's id, from the kernel: in a restored process, Deno's is that of the checkpointed process. */
export function processId(): number {
  return other ?? libc().getpid();
}

let other: number | undefined;

/** Makes `processId` return the id of the process for which this one works. */
export function actFor(pid: number): void {
  other = pid;
}
