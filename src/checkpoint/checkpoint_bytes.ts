import { CheckpointError } from "./checkpoint_error.ts";
import { descriptorSteps } from "./descriptor_steps.ts";
import { memorySteps, Pages } from "./memory_steps.ts";
import { Steps } from "./steps.ts";
import type { OwnState } from "../system/own_state.ts";
import type { StoppedProcess } from "../system/stopped_process.ts";

// asm/unistd_64.h, asm/prctl.h
const READ = 0;
const CLOSE = 3;
const RT_SIGACTION = 13;
const SIGALTSTACK = 131;
const ARCH_PRCTL = 158;
const OPENAT = 257;
const SET_ROBUST_LIST = 273;
const ARCH_SET_FS = 0x1002;
const AT_FDCWD = -100;
const O_CLOEXEC = 0o2000000;

/** Where the steps are while they are taken: no program is loaded that low, and they are gone afterwards. */
const STEPS_ADDRESS = 0x1000_0000;
/** Room for this many steps; some 300 are needed. */
const MOST_STEPS = 2000;
/** With what they need, paths and structures: bytes, whole pages. */
const STEPS_SIZE = 48 * 4096;
/** The kernel makes a new one at every start: on another kernel or processor nothing of a checkpoint can be trusted. */
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** What the stopped process has told of itself. */
export interface Report {
  state: OwnState;
  /** Where its registers are saved. */
  registers: number;
}

/**
 * The bytes of a checkpoint: the steps, and behind them the pages.
 *
 * @param tag what the program's entry code knows it by
 * @param bootId this boot's
 * @throws {CheckpointError} when something of the process could not be brought back
 */
export function checkpointBytes(
  process: StoppedProcess,
  { state, registers }: Report,
  tag: Uint8Array,
  bootId: string,
): Uint8Array<ArrayBuffer>[] {
  if (process.threads !== 1) throw new CheckpointError(`the runtime has ${process.threads} threads`);
  const steps = new Steps(STEPS_ADDRESS, MOST_STEPS);
  const boot = new TextEncoder().encode(bootId);
  const found = steps.room(boot.length);
  steps.call(OPENAT, [AT_FDCWD, steps.text(BOOT_ID), O_CLOEXEC, 0], 4);
  steps.call(READ, [4, found, boot.length], boot.length);
  steps.same(found, boot);
  steps.call(CLOSE, [4], 0);

  const stackPointer = Number(new BigUint64Array(process.read(registers, 8).buffer)[0]);
  const pages = new Pages();
  memorySteps(steps, process, stackPointer, pages, STEPS_SIZE);
  descriptorSteps(steps, process);
  for (const [signal, action] of state.signals) {
    steps.call(RT_SIGACTION, [signal, steps.place(Uint8Array.fromHex(action)), 0, 8], 0);
  }
  steps.call(SIGALTSTACK, [steps.place(Uint8Array.fromHex(state.signalStack)), 0], 0);
  steps.call(SET_ROBUST_LIST, [...state.robustList], 0);
  steps.call(ARCH_PRCTL, [ARCH_SET_FS, state.threadPointer], 0);
  steps.end(registers, state.threadId);

  return [steps.encode(tag, STEPS_SIZE, pages.size), ...pages.parts];
}
