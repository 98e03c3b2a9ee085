import type { Directories } from "./directories.ts";
import type { Site } from "./site.ts";
import { loadConfig } from "./load_config.ts";
import { loadHandlers } from "./load_handlers.ts";
import { fileReader } from "../system/file_reader.ts";

/** Loads everything from the files: all handlers, or those that may be for a call. */
export async function readSite(
  directories: Directories,
  uid: number,
  call?: { driver: string; operation: string },
): Promise<Site> {
  const config = await loadConfig(`${directories.config}/config.yaml`, fileReader, uid);
  const handlers = await loadHandlers(`${directories.config}/handlers`, fileReader, {
    uid,
    ...(call && { call }),
  });
  return { config, handlers };
}
