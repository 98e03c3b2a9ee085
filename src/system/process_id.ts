import { libc } from "./libc.ts";

/** This process's number. From the kernel: Deno's is that of the checkpoint in a process restored from one. */
export function processId(): number {
  return libc().getpid();
}
