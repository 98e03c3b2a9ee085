import { systemCall } from "./libc.ts";

// asm/unistd_64.h; asm-generic/unistd.h for aarch64. linux/time.h.
const CLOCK_GETTIME = Deno.build.arch === "aarch64" ? 113 : 228;
const CLOCK_MONOTONIC = 1;

/** CLOCK_MONOTONIC in nanoseconds: the same clock for all processes of a time namespace. */
export function monotonicNs(): bigint {
  const time = new BigInt64Array(new ArrayBuffer(16));
  systemCall(CLOCK_GETTIME, CLOCK_MONOTONIC, new Uint8Array(time.buffer));
  return time[0]! * 1_000_000_000n + time[1]!;
}
