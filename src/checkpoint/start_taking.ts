import { shouldTakeCheckpoint } from "./should_take.ts";
import { lockFile, triedFile } from "./checkpoint_names.ts";
import { startDetached } from "../system/start_detached.ts";
import { touch } from "../system/modified.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { RangeLock } from "../system/range_lock.ts";

/**
 * Starts a process that creates a checkpoint if new processes have none to start from, and does not wait for
 * it. Of many concurrent calls, one does. A failure only costs time: the call has already ended.
 */
export function startTaking(state: string): void {
  try {
    if (privateDirectory(state) !== undefined) return;
    using lock = new RangeLock(lockFile(state));
    if (!lock.tryLock("start") || !shouldTakeCheckpoint(state)) return;
    touch(triedFile(state));
    startDetached(["checkpoint", "--if-needed"], new Uint8Array());
  } catch {
    // A full disk, no processes left: `hookvisor doctor` reports that no checkpoint exists.
  }
}
