import { systemCall } from "../../system/libc.ts";

// asm/unistd_64.h
const MUNMAP = 11;
/** What the entry code occupies (build/elf/start_plainly_code.ts): start and size in bytes. */
const CLOSED = [[0x1_0000_0000, 0x2aa9_0000_0000], [0x2c00_0000_0000, 0x1400_0000_0000]] as const;

/** Opens the addresses that the entry code has closed to the memory of this process. */
export function openAddresses(): void {
  for (const [start, size] of CLOSED) systemCall(MUNMAP, start, size);
}
