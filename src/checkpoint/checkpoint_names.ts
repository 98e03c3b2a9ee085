/** First argument of a process that is to become a checkpoint; the second is the folder of its rehearsal, the third the process that started it. */
export const REHEARSE = "rehearse-for-checkpoint";
/**
 * First argument of a process that only says how it started; it has four, as a hook call has. With a rehearsal's
 * folder as its second argument it makes that rehearsal's calls first, when it was restored.
 */
export const PROBE = "say-how-started";
/** What that says. */
export const RESTORED = "restored\n";
export const PLAIN = "plain\n";

/** A variable whose presence, whatever its value, makes a start a plain one (build/elf/restore_code.ts). */
export const PLAIN_START = "HOOKVISOR_START";

/** A variable whose presence lets a process start from a checkpoint on trial. */
export const TRIAL_START = "HOOK_TRY";

/** A checkpoint on trial, before it becomes that of hook calls. */
export function trialFile(state: string): string {
  return `${state}/checkpoint.new`;
}

/** Empty; its time of modification says when somebody last tried to take a checkpoint. */
export function triedFile(state: string): string {
  return `${state}/checkpoint.tried`;
}

export function lockFile(state: string): string {
  return `${state}/checkpoint.lock`;
}
