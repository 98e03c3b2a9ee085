/**
 * First argument of a process that becomes a checkpoint; the second is the folder of its rehearsal, the third
 * the process that started it.
 */
export const REHEARSE = "rehearse-for-checkpoint";
/**
 * First argument of a process that only reports how it started; it has four arguments, like a hook call. With
 * a rehearsal's folder as its second argument, a restored process first makes that rehearsal's calls.
 */
export const PROBE = "say-how-started";
/** What that process prints. */
export const RESTORED = "restored\n";
export const PLAIN = "plain\n";

/** A variable whose presence, with any value, forces a plain start (build/elf/restore_code.ts). */
export const PLAIN_START = "HOOKVISOR_START";

/** A variable whose presence lets a process start from a checkpoint on trial. */
export const TRIAL_START = "HOOK_TRY";

/** A checkpoint on trial, before it becomes that of hook calls. */
export function trialFile(state: string): string {
  return `${state}/checkpoint.new`;
}

/** An empty file; its modification time is that of the last attempt to create a checkpoint. */
export function triedFile(state: string): string {
  return `${state}/checkpoint.tried`;
}

export function lockFile(state: string): string {
  return `${state}/checkpoint.lock`;
}
