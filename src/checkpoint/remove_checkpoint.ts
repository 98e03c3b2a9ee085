import { checkpointFile, type Directories } from "../site/directories.ts";
import { removePrivate } from "../system/private_file.ts";
import { SystemError } from "../system/system_error.ts";

/** Removes the checkpoint in the course of a hook call. */
export function removeCheckpoint(directories: Directories): void {
  try {
    removePrivate(checkpointFile(directories));
  } catch (error) {
    // The next call tries again.
    if (!(error instanceof SystemError)) throw error;
  }
}
