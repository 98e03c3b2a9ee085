import { triedFile } from "./checkpoint_names.ts";
import { fileTimes } from "../system/modified.ts";

/** A checkpoint is tried for again after this time, in milliseconds: where there can be none, that is not found out at every call. */
const AGAIN_MS = 10 * 60 * 1000;

/**
 * Whether a call that had to start plainly should have somebody see to a checkpoint: nobody has lately, or not since
 * this program was put in place. Made cheap: it is asked at every plain start.
 */
export function shouldTakeCheckpoint(state: string): boolean {
  const tried = fileTimes(triedFile(state))?.modifiedMs;
  if (tried === undefined || Math.abs(Date.now() - tried) > AGAIN_MS) return true;
  return (fileTimes("/proc/self/exe")?.changedMs ?? 0) > tried;
}
