/**
 * The process that waits for this one on behalf of libvirt (build/elf/supervise_code.ts), as this one sees
 * it: a page of memory that both share, at a fixed address. In a call that is not supervised nothing here has
 * any effect. It does not need the C library, which a hook call without a handler never loads.
 */

/** The page's address, its size, and the offsets of its fields. */
export const PAGE_ADDRESS = 0x0fff_0000;
export const PAGE_SIZE = 4096;
const CALLER = 0;
const DEADLINE = 8;
const EXIT_CODE = 16;
const ANSWER = 24;
const TEXT = 64;
const LONGEST_TEXT = 200;

/** First argument of the process that the waiting one starts for the record, if no answer came. */
export const UNANSWERED = "unanswered";

/** The kernel's name for a supervised process's standard output. */
const OUTPUT = "/memfd:hookvisor (deleted)";

let page: DataView<ArrayBuffer> | false | undefined;
/**
 * Created once, and kept in a checkpoint: the address is always the same. Used only where the page exists.
 */
let view: DataView<ArrayBuffer> | undefined;

/** Sets whether such a page exists, where the caller knows it better than standard output shows. */
export function setSupervised(isSupervised: boolean): void {
  page = isSupervised && (view ??= pageAt(PAGE_ADDRESS));
}

function sharedPage(): DataView<ArrayBuffer> | undefined {
  if (page === undefined) setSupervised(isOutputOfSupervised());
  return page || undefined;
}

function isOutputOfSupervised(): boolean {
  try {
    return Deno.readLinkSync("/proc/self/fd/1") === OUTPUT;
  } catch {
    return false;
  }
}

function pageAt(address: number): DataView<ArrayBuffer> {
  const pointer = Deno.UnsafePointer.create(BigInt(address));
  if (pointer === null) throw new Error("the supervisor's page is at address 0");
  return new DataView(Deno.UnsafePointerView.getArrayBuffer(pointer, PAGE_SIZE) as ArrayBuffer);
}

/** The process that made this call, if its own parent is the waiting process; else undefined. */
export function supervisedCaller(): number | undefined {
  const page = sharedPage();
  return page && Number(page.getBigUint64(CALLER, true));
}

/** Whether this call is supervised. */
export function isSupervised(): boolean {
  return sharedPage() !== undefined;
}

/** Tells the supervisor this call's deadline: nanoseconds on CLOCK_MONOTONIC. */
export function tellDeadline(ns: bigint): void {
  sharedPage()?.setBigInt64(DEADLINE, ns, true);
}

/** Tells the supervisor the exit code to use if this process gives none. */
export function tellExitCode(code: 0 | 1): void {
  sharedPage()?.setBigUint64(EXIT_CODE, BigInt(code + 1), true);
}

/** Tells the supervisor which handler runs, for the message in that case; undefined: none. */
export function tellHandler(name: string | undefined): void {
  const page = sharedPage();
  if (page === undefined) return;
  const place = new Uint8Array(page.buffer, TEXT, LONGEST_TEXT + 1);
  place.fill(0);
  if (name !== undefined) new TextEncoder().encodeInto(` by ${name}`, place.subarray(0, LONGEST_TEXT));
}

/** Tells the supervisor that the answer is on standard output and error, regardless of the remaining work. */
export function tellAnswer(code: 0 | 1): void {
  sharedPage()?.setBigUint64(ANSWER, BigInt(code + 1), true);
}
