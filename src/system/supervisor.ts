/**
 * The process that waits for this one on behalf of libvirt (build/elf/supervise_code.ts), as this one sees it: a page
 * of memory that both share, at a fixed address. In a call that is not supervised nothing happens here. Without the C
 * library, which a hook call without a handler never loads.
 */

/** Where the page is, how large it is, and where in it what is. */
export const PAGE_ADDRESS = 0x0fff_0000;
export const PAGE_SIZE = 4096;
const CALLER = 0;
const DEADLINE = 8;
const EXIT_CODE = 16;
const ANSWER = 24;
const TEXT = 64;
const LONGEST_TEXT = 200;

/** First argument of the process that the waiting one starts for the record, when there was no answer. */
export const UNANSWERED = "unanswered";

/** What standard output of a supervised process is, as the kernel names it. */
const OUTPUT = "/memfd:hookvisor (deleted)";

let page: DataView<ArrayBuffer> | false | undefined;
/** Made once, and kept in a checkpoint: the address is always the same. Used only where the page is there. */
let view: DataView<ArrayBuffer> | undefined;

/** Says whether there is such a page, where that is known better than by standard output. */
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

/** The process that made this call, where its own parent is the one that waits; else undefined. */
export function supervisedCaller(): number | undefined {
  const page = sharedPage();
  return page && Number(page.getBigUint64(CALLER, true));
}

/** Whether this call is supervised. */
export function isSupervised(): boolean {
  return sharedPage() !== undefined;
}

/** Tells until when this call has time: nanoseconds on CLOCK_MONOTONIC. */
export function tellDeadline(ns: bigint): void {
  sharedPage()?.setBigInt64(DEADLINE, ns, true);
}

/** Tells the exit code for the case that this process comes to give none. */
export function tellExitCode(code: 0 | 1): void {
  sharedPage()?.setBigUint64(EXIT_CODE, BigInt(code + 1), true);
}

/** Tells which handler runs, for the message in that case; none when undefined. */
export function tellHandler(name: string | undefined): void {
  const page = sharedPage();
  if (page === undefined) return;
  const place = new Uint8Array(page.buffer, TEXT, LONGEST_TEXT + 1);
  place.fill(0);
  if (name !== undefined) new TextEncoder().encodeInto(` by ${name}`, place.subarray(0, LONGEST_TEXT));
}

/** Tells that the answer is on standard output and error, whatever becomes of what is still to be done. */
export function tellAnswer(code: 0 | 1): void {
  sharedPage()?.setBigUint64(ANSWER, BigInt(code + 1), true);
}
