import { systemCall } from "../../system/libc.ts";
import { PAGE_ADDRESS, PAGE_SIZE } from "../../system/supervisor.ts";

// asm/unistd_64.h, sys/mman.h
const MMAP = 9;
const MUNMAP = 11;
const MINCORE = 27;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MAP_FIXED = 0x10;

/**
 * Maps memory at the address where a supervised process shares a page with its supervisor, so that the
 * rehearsal can write to it.
 */
export function addPage(): void {
  systemCall(MMAP, PAGE_ADDRESS, PAGE_SIZE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS | MAP_FIXED, -1);
}

/** Unmaps it: a process restored from the checkpoint has its own page there, or none. */
export function removePage(): void {
  systemCall(MUNMAP, PAGE_ADDRESS, PAGE_SIZE);
}

/** Whether that address is mapped. */
export function hasPage(): boolean {
  return systemCall(MINCORE, PAGE_ADDRESS, PAGE_SIZE, new Uint8Array(8)) === 0;
}
