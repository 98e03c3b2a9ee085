import { triedFile } from "./checkpoint_names.ts";
import { fileTimes } from "../system/modified.ts";

/**
 * The time between attempts to create a checkpoint, in milliseconds, so that a host where it always fails
 * does not try at every call.
 */
const AGAIN_MS = 10 * 60 * 1000;

/**
 * Whether a call with a plain start should have a checkpoint created: no attempt was made recently, or none
 * since this program was installed. Cheap, because every plain start asks it.
 */
export function shouldTakeCheckpoint(state: string): boolean {
  const tried = fileTimes(triedFile(state))?.modifiedMs;
  if (tried === undefined || Math.abs(Date.now() - tried) > AGAIN_MS) return true;
  return (fileTimes("/proc/self/exe")?.changedMs ?? 0) > tried;
}
