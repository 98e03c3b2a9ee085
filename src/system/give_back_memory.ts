import { close } from "./descriptor.ts";
import { openPlain, readAll } from "./file.ts";
import { systemCall } from "./libc.ts";

// asm/unistd_64.h; asm-generic/unistd.h for aarch64. asm-generic/mman-common.h.
const MADVISE = Deno.build.arch === "aarch64" ? 233 : 28;
const MADV_DONTNEED = 4;
const MADV_NOHUGEPAGE = 15;
const PAGE_KIB = 4;
const LARGEST_TABLE = 4 * 1024 * 1024;
/** Bytes: a process's addresses have 47 bits, so no kernel can map that much. */
const MORE_THAN_THERE_IS = 2 ** 47;

/** This process's resident memory, in KiB. */
export function residentKiB(): number {
  const pages = textOf("/proc/self/statm").split(" ")[1];
  return Number(pages) * PAGE_KIB;
}

/** Makes V8 free unused memory. V8 has no call for that, but frees memory when it cannot allocate a buffer. */
export function collectGarbage(): void {
  try {
    new ArrayBuffer(MORE_THAN_THERE_IS);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/**
 * Releases the pages of program files that were only read: the kernel's cache supplies them when they are
 * needed again. For a process that lives long and mostly waits; it takes some milliseconds.
 */
export function giveBackFilePages(): void {
  for (const { start, size } of unchangedMappings(textOf("/proc/self/smaps"))) {
    // The entry code has requested large pages, which load much more than is used.
    systemCall(MADVISE, start, size, MADV_NOHUGEPAGE);
    systemCall(MADVISE, start, size, MADV_DONTNEED);
  }
}

/** Mappings of files, not writable, in which nothing differs from the file. */
export function unchangedMappings(smaps: string): { start: number; size: number }[] {
  const found: { start: number; size: number }[] = [];
  for (const block of smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const [, start = "", end = ""] = /^([0-9a-f]+)-([0-9a-f]+) r-[-x]p \S+ \S+ \d+ +\/.*$/m.exec(block) ?? [];
    const isChanged = !/^Anonymous: +0 kB$/m.test(block) || !/^Private_Dirty: +0 kB$/m.test(block);
    if (start === "" || isChanged) continue;
    found.push({ start: parseInt(start, 16), size: parseInt(end, 16) - parseInt(start, 16) });
  }
  return found;
}

function textOf(path: string): string {
  const fd = openPlain(path);
  if (fd === undefined) return "";
  try {
    return new TextDecoder().decode(readAll(fd, LARGEST_TABLE) ?? new Uint8Array());
  } finally {
    close(fd);
  }
}
