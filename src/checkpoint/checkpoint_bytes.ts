import { CheckpointError } from "./checkpoint_error.ts";
import { descriptorSteps } from "./descriptor_steps.ts";
import { AT_FDCWD, O_CLOEXEC, SYSTEM_CALLS } from "./os/system_calls.ts";
import { memorySteps, Pages } from "./memory_steps.ts";
import { Steps } from "./steps.ts";
import { monotonicNs } from "../system/monotonic.ts";
import type { ProcessState } from "./os/process_state.ts";
import type { StoppedProcess } from "./os/stopped_process.ts";

// asm/prctl.h
const ARCH_SET_FS = 0x1002;

/**
 * The address of the steps while they run: no program is loaded that low, and they are unmapped afterwards.
 */
const STEPS_ADDRESS = 0x1000_0000;
/** Room for this many steps; about 300 are needed. */
const MOST_STEPS = 2000;
/** The size of the steps with their paths and structures, in bytes: whole pages. */
export const STEPS_SIZE = 48 * 4096;
/** The kernel generates a new one at each boot: on another kernel or processor no checkpoint can be trusted. */
export const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** What the stopped process has reported about itself. */
export interface Report {
  state: ProcessState;
  /** The address of its saved registers. */
  registers: number;
}

/**
 * The bytes of a checkpoint: the steps, followed by the pages.
 *
 * @param tag how the program's entry code identifies it
 * @param bootId this boot's
 * @throws {CheckpointError} when a part of the process could not be restored
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
  steps.call(SYSTEM_CALLS.openat, [AT_FDCWD, steps.text(BOOT_ID), O_CLOEXEC, 0], 4);
  steps.call(SYSTEM_CALLS.read, [4, found, boot.length], boot.length);
  steps.same(found, boot);
  steps.call(SYSTEM_CALLS.close, [4], 0);

  const stackPointer = Number(new BigUint64Array(process.read(registers, 8).buffer)[0]);
  const pages = new Pages();
  memorySteps(steps, process, stackPointer, pages, STEPS_SIZE);
  descriptorSteps(steps, process);
  for (const [signal, action] of state.signals) {
    steps.call(SYSTEM_CALLS.rt_sigaction, [signal, steps.place(Uint8Array.fromHex(action)), 0, 8], 0);
  }
  steps.call(SYSTEM_CALLS.sigaltstack, [steps.place(Uint8Array.fromHex(state.signalStack)), 0], 0);
  steps.call(SYSTEM_CALLS.set_robust_list, [...state.robustList], 0);
  steps.call(SYSTEM_CALLS.arch_prctl, [ARCH_SET_FS, state.threadPointer], 0);
  steps.end(registers, state.threadId);

  return [steps.encode(tag, STEPS_SIZE, pages.size, monotonicNs()), ...pages.parts];
}
