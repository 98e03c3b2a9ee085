import type { Directories } from "./directories.ts";
import type { Setup } from "./setup.ts";
import { loadConfig } from "../manifest/load_config.ts";
import { loadHandlers } from "../manifest/load.ts";
import { handlerFiles } from "../system/handler_files.ts";

/** Loads everything from the files: all handlers, or those that may be for a call. */
export async function readSetup(
  directories: Directories,
  uid: number,
  call?: { driver: string; operation: string },
): Promise<Setup> {
  const config = await loadConfig(`${directories.config}/config.yaml`, handlerFiles, uid);
  const handlers = await loadHandlers(`${directories.config}/handlers`, handlerFiles, {
    uid,
    ...(call && { call }),
  });
  return { config, handlers };
}
