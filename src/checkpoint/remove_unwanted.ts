import { checkpointFile, type Directories } from "../site/directories.ts";
import type { Config } from "../site/config.ts";
import { removePrivate } from "../system/private_file.ts";
import { isRestored } from "../system/restored.ts";
import { SystemError } from "../system/system_error.ts";

/** Removes the checkpoint that this call started from, when `config.yaml` does not want one any more. */
export function removeUnwantedCheckpoint({ checkpoint }: Config, directories: Directories): void {
  if (checkpoint || !isRestored()) return;
  try {
    removePrivate(checkpointFile(directories));
  } catch (error) {
    // The next call tries again.
    if (!(error instanceof SystemError)) throw error;
  }
}
