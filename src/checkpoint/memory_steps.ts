import { CheckpointError } from "./checkpoint_error.ts";
import { AT_EMPTY_PATH, AT_FDCWD, O_CLOEXEC, SYSTEM_CALLS } from "./os/system_calls.ts";
import type { Steps } from "./steps.ts";
import { fileIdentity, STATX_BASIC_STATS, STATX_SIZE } from "../system/file_identity.ts";
import type { Mapping } from "../system/mappings.ts";
import { PAGE, type StoppedProcess } from "./os/stopped_process.ts";

const { openat, close, mmap, mprotect, pread64, statx } = SYSTEM_CALLS;
// sys/mman.h
const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_PRIVATE = 2;
const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;
const MAP_POPULATE = 0x8000;
/** Linux 4.17; before, the address is only a hint, and a step that gets another address ends the restore. */
const MAP_FIXED_NOREPLACE = 0x100000;
const NOTHING = -1;
/** Private memory where there is none yet, of a file; and of zeros. */
const NEW = MAP_PRIVATE | MAP_FIXED_NOREPLACE;
const ZERO = NEW | MAP_ANONYMOUS | MAP_NORESERVE;

/** The descriptor on which the entry code holds the checkpoint, and that of a file of the process. */
const CHECKPOINT = 3;
const FILE = 4;
/** What the kernel maps into every process, at an address of its choice; the restored C library does not use it. */
const KERNEL = new Set(["[vvar]", "[vvar_vclock]", "[vdso]", "[vsyscall]"]);
/** The stack may grow to this size, bytes: Linux's usual limit. */
const STACK_SIZE = 8 * 1024 * 1024;
/** Below the stack pointer, x86-64 functions may use this much. */
const RED_ZONE = 128;
/** Up to so many unneeded pages between two needed ones are kept: they cost less than one more step. */
const GAP = 24;

/** Pages of a mapping that are in the checkpoint: indexes; `to` is exclusive. */
interface Run {
  from: number;
  to: number;
}

/** One mapping, and the pages of it that must be kept. */
interface Part {
  mapping: Mapping;
  runs: Run[];
}

/** The pages that a checkpoint holds, one after the other. */
export class Pages {
  readonly parts: Uint8Array<ArrayBuffer>[] = [];
  size = 0;

  /** Adds whole pages; returns their offset from the first page. */
  add(bytes: Uint8Array<ArrayBuffer>): number {
    const offset = this.size;
    this.parts.push(bytes);
    this.size += bytes.length;
    return offset;
  }
}

/**
 * The steps that restore a process's memory.
 *
 * Memory of files comes from those files, as long as those are unchanged; the process's own memory and its
 * changes come from the checkpoint, mapped privately, so that processes share the pages that they do not
 * change. Only what is executed is copied: the file system of the checkpoint may be mounted `noexec`.
 *
 * @param stackPointer what lies further down on the stack is unused
 * @param pagesAt returns where in the file the pages begin, once all steps exist
 */
export function memorySteps(
  steps: Steps,
  process: StoppedProcess,
  stackPointer: number,
  pages: Pages,
  pagesAt: number,
): void {
  const parts = joined(process.mappings().filter(({ path }) => !KERNEL.has(path)))
    .map((mapping) => ({ mapping, runs: runsOf(process, mapping, stackPointer) }));
  for (const { mapping, runs } of parts) {
    if (!isFile(mapping)) { for (const rest of restOf(mapping, runs)) roomStep(steps, mapping, rest); }
    for (const run of runs) {
      runSteps(steps, mapping, run, pagesAt + pages.add(bytesOf(process, mapping, run)));
    }
    if (isCopied(mapping) && !mapping.write) {
      steps.call(mprotect, [mapping.start, mapping.end - mapping.start, protection(mapping)], 0);
    }
  }
  for (
    const path of new Set(parts.filter(({ mapping }) => isFile(mapping)).map(({ mapping }) => mapping.path))
  ) {
    fileSteps(steps, path, parts.filter(({ mapping }) => mapping.path === path));
  }
  steps.call(close, [CHECKPOINT], 0);
}

/**
 * Read-only memory and the small closed stretches in it (V8's tables of pointers) as one mapping: two steps less
 * for each.
 */
function joined(mappings: readonly Mapping[]): Mapping[] {
  const all: Mapping[] = [];
  for (const [i, next] of mappings.entries()) {
    const last = all.at(-1);
    const after = mappings[i + 1];
    const isClosed = isReadOnly(last) && isReadOnly(after) && next.path === "" && protection(next) === 0 &&
      last.end === next.start && next.end === after.start && next.end - next.start <= GAP * PAGE;
    if (isClosed || (isReadOnly(last) && isReadOnly(next) && last.end === next.start)) last.end = next.end;
    else all.push({ ...next });
  }
  return all;
}

/** Memory of no file that can only be read. */
function isReadOnly(mapping: Mapping | undefined): mapping is Mapping {
  return mapping !== undefined && mapping.path === "" && protection(mapping) === PROT_READ;
}

function bytesOf(process: StoppedProcess, { start }: Mapping, { from, to }: Run): Uint8Array<ArrayBuffer> {
  return process.read(start + from * PAGE, (to - from) * PAGE);
}

/** Pages that are in the checkpoint, from `offset` of its file. */
function runSteps(steps: Steps, mapping: Mapping, { from, to }: Run, offset: number): void {
  const address = mapping.start + from * PAGE;
  const size = (to - from) * PAGE;
  if (isCopied(mapping)) {
    const access = protection(mapping) | PROT_WRITE;
    steps.call(mmap, [address, size, access, ZERO | MAP_POPULATE, NOTHING, 0], address);
    steps.call(pread64, [CHECKPOINT, address, size, offset], size);
  } else {
    steps.call(mmap, [address, size, protection(mapping), NEW, CHECKPOINT, offset], address);
  }
}

/**
 * What is left of a mapping beside its runs. All pieces are mapped beside one another: one mapped over another would
 * split it.
 */
function restOf({ start, end, path }: Mapping, runs: readonly Run[]): Run[] {
  const first = path === "[stack]" ? (end - STACK_SIZE - start) / PAGE : 0;
  const starts = [first, ...runs.map(({ to }) => to)];
  const ends = [...runs.map(({ from }) => from), (end - start) / PAGE];
  return starts.map((from, i) => ({ from, to: ends[i]! })).filter(({ from, to }) => from < to);
}

function isFile({ path }: Mapping): boolean {
  return path.startsWith("/");
}

/** Executable memory of no file: V8's code. */
function isCopied(mapping: Mapping): boolean {
  return mapping.execute && !isFile(mapping);
}

function protection({ read, write, execute }: Mapping): number {
  return (read ? PROT_READ : 0) | (write ? PROT_WRITE : 0) | (execute ? PROT_EXEC : 0);
}

/** Zero memory. */
function roomStep(steps: Steps, mapping: Mapping, { from, to }: Run): void {
  const address = mapping.start + from * PAGE;
  const access = protection(mapping) | (isCopied(mapping) ? PROT_WRITE : 0);
  steps.call(mmap, [address, (to - from) * PAGE, access, ZERO, NOTHING, 0], address);
}

/** A file's mappings, once it has turned out to be the same file. */
function fileSteps(steps: Steps, path: string, parts: Part[]): void {
  const identity = fileIdentity(path);
  if (parts.some(({ mapping: { inode } }) => inode !== identity.inode)) {
    throw new CheckpointError(`${path} was replaced while in use`);
  }
  steps.call(openat, [AT_FDCWD, steps.text(path), O_CLOEXEC, 0], FILE);
  const status = steps.room(STATX_SIZE);
  steps.call(statx, [FILE, steps.text(""), AT_EMPTY_PATH, STATX_BASIC_STATS, status], 0);
  for (const { offset, bytes } of identity.fields) steps.same(status + offset, bytes);
  for (const { mapping, runs } of parts) {
    for (const { from, to } of restOf(mapping, runs)) {
      const address = mapping.start + from * PAGE;
      const offset = mapping.offset + from * PAGE;
      steps.call(mmap, [address, (to - from) * PAGE, protection(mapping), NEW, FILE, offset], address);
    }
  }
  steps.call(close, [FILE], 0);
}

/** Which pages to keep: the process's own pages that are not zero. */
function runsOf(process: StoppedProcess, mapping: Mapping, stackPointer: number): Run[] {
  if (!mapping.read) return [];
  const runs: Run[] = [];
  process.pages(mapping).forEach((kind, i) => {
    const address = mapping.start + i * PAGE;
    if (kind !== "own" || (mapping.path === "[stack]" && address + PAGE <= stackPointer - RED_ZONE)) return;
    if (!isFile(mapping) && isZero(process.read(address, PAGE))) return;
    const last = runs.at(-1);
    if (last !== undefined && i - last.to <= GAP) last.to = i + 1;
    else runs.push({ from: i, to: i + 1 });
  });
  if (mapping.path === "") widen(runs, (mapping.end - mapping.start) / PAGE);
  return runs;
}

/** Up to the mapping's ends, where they are near: one step less. */
function widen(runs: Run[], size: number): void {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first !== undefined && first.from <= GAP) first.from = 0;
  if (last !== undefined && size - last.to <= GAP) last.to = size;
}

function isZero(page: Uint8Array<ArrayBuffer>): boolean {
  return !new BigUint64Array(page.buffer).some((word) => word !== 0n);
}
