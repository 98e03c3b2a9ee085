import type { Directories } from "./directories.ts";
import { indexedHandler } from "./handler_index.ts";
import type { FoundIndex } from "./index_file.ts";
import type { Site } from "./site.ts";
import { loadConfig } from "./load_config.ts";
import { loadHandlers } from "./load_handlers.ts";
import { fileReader } from "../system/file_reader.ts";

/** Loads everything from the files: all handlers, or those that may match a call. */
export async function readSite(
  directories: Directories,
  uid: number,
  call?: { driver: string; operation: string },
): Promise<Site> {
  const config = await loadConfig(configFile(directories), fileReader, uid);
  const handlers = await loadHandlers(`${directories.config}/handlers`, fileReader, {
    uid,
    ...(call && { call }),
  });
  return { config, handlers };
}

/** Loads everything, but reads only the files that have changed since an index was written. */
export async function readChanged(
  directories: Directories,
  uid: number,
  found: FoundIndex | undefined,
): Promise<Site> {
  if (found === undefined) return await readSite(directories, uid);
  const { index, ids } = found;
  const file = configFile(directories);
  const config = ids.get(file) === index.config.id ? index.config : await loadConfig(file, fileReader, uid);
  const directory = `${directories.config}/handlers`;
  const handlers = await loadHandlers(directory, fileReader, {
    uid,
    known: (fileName) => {
      const handler = index.handlers.find((handler) => handler.fileName === fileName);
      return handler !== undefined && handler.id === ids.get(`${directory}/${fileName}`)
        ? indexedHandler(handler, directory)
        : undefined;
    },
  });
  return { config, handlers };
}

function configFile({ config }: Directories): string {
  return `${config}/config.yaml`;
}
