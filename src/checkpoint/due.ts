import { triedFile } from "./names.ts";
import { modifiedMs } from "../system/modified.ts";

/** A checkpoint is tried for again after this time, in milliseconds: where there can be none, that is not found out at every call. */
const AGAIN_MS = 10 * 60 * 1000;

/** Whether a call that had to start plainly should have somebody see to a checkpoint. Made cheap: it is asked at every plain start. */
export function isDue(state: string): boolean {
  const tried = modifiedMs(triedFile(state));
  return tried === undefined || Math.abs(Date.now() - tried) > AGAIN_MS;
}
