import { address, libc, systemCall } from "../../system/libc.ts";
import { check } from "../../system/system_error.ts";

// asm/unistd_64.h, asm/prctl.h, linux/prctl.h
const RT_SIGACTION = 13;
const SIGALTSTACK = 131;
const PRCTL = 157;
const ARCH_PRCTL = 158;
const GET_ROBUST_LIST = 274;
const PR_SET_PDEATHSIG = 1;
const PR_GET_TID_ADDRESS = 40;
const ARCH_GET_FS = 0x1003;
const LAST_SIGNAL = 64;
const SIGKILL = 9;
/** The kernel's `struct sigaction` (handler, flags, restorer, mask) and its signal set, in bytes. */
const ACTION_SIZE = 32;
const SET_SIZE = 8;
/** `stack_t` */
const STACK_SIZE = 24;

/**
 * The kernel's state of an x86-64 process with one thread, besides memory and descriptors, each part in the
 * form in which the kernel takes it back.
 */
export interface ProcessState {
  /** Signals whose action is not the default, with the kernel's `struct sigaction` in hexadecimal. */
  signals: [number: number, action: string][];
  /** `stack_t` of the stack for signal handlers, in hexadecimal. */
  signalStack: string;
  /** The FS register: the thread's descriptor. */
  threadPointer: number;
  /** Where the C library keeps the thread's id. */
  threadId: number;
  /** Address and length of the list of robust futexes. */
  robustList: [address: number, size: number];
}

/** @throws {SystemError} when the kernel refuses the information */
export function processState(): ProcessState {
  const words = new BigUint64Array(new ArrayBuffer(64));
  const bytes = new Uint8Array(words.buffer);
  const ask = (what: string, call: number, ...args: (number | Uint8Array<ArrayBuffer>)[]) => {
    words.fill(0n);
    check(systemCall(call, ...args), what);
  };
  const signals: ProcessState["signals"] = [];
  for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
    ask("sigaction", RT_SIGACTION, signal, 0, bytes, SET_SIZE);
    if (words[0] !== 0n) signals.push([signal, bytes.subarray(0, ACTION_SIZE).toHex()]);
  }
  ask("sigaltstack", SIGALTSTACK, 0, bytes);
  const signalStack = bytes.subarray(0, STACK_SIZE).toHex();
  ask("arch_prctl", ARCH_PRCTL, ARCH_GET_FS, bytes);
  const threadPointer = Number(words[0]);
  ask("prctl", PRCTL, PR_GET_TID_ADDRESS, bytes);
  const threadId = Number(words[0]);
  ask("get_robust_list", GET_ROBUST_LIST, 0, bytes, address(bytes) + 8);
  return {
    signals,
    signalStack,
    threadPointer,
    threadId,
    robustList: [Number(words[0]), Number(words[1])],
  };
}

/**
 * Lets the kernel end this process when the one that started it ends.
 *
 * @param parent the process id of the starter
 * @throws {Error} when it has already ended
 */
export function endWithParent(parent: number): void {
  check(systemCall(PRCTL, PR_SET_PDEATHSIG, SIGKILL), "prctl");
  if (libc().getppid() !== parent) throw new Error(`process ${parent}, which started this one, has ended`);
}
