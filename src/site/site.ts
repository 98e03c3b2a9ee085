import type { Directories } from "./directories.ts";
import { type HandlerIndex, indexedHandlers, isFor } from "./handler_index.ts";
import type { LoadedConfig } from "./load_config.ts";
import type { LoadedHandlers } from "./load_handlers.ts";

/** Configuration and handlers as one hook call finds them. */
export interface Site {
  config: LoadedConfig;
  handlers: LoadedHandlers;
  /** A remark for the record. */
  note?: string;
}

/**
 * `config.yaml` and the handlers that may be for an operation: from the index
 * that an earlier call left, where that holds; else from the files, and then
 * an index is left for the next call.
 *
 * @param index what `currentIndex` gave, when it was asked already
 */
export async function siteForCall(
  directories: Directories,
  uid: number,
  call: { driver: string; operation: string },
  index: HandlerIndex | undefined,
): Promise<Site> {
  if (index !== undefined) {
    const handlers = indexedHandlers(
      index,
      `${directories.config}/handlers`,
      call.driver,
      call.operation,
    );
    return { config: index.config, handlers: { handlers } };
  }
  const { readSite } = await import("./read_site.ts");
  // Nobody but root has a state directory to keep an index in.
  if (uid !== 0) return await readSite(directories, uid, call);
  const { writeIndex } = await import("./write_index.ts");
  const setup = await writeIndex(directories, () => readSite(directories, uid));
  return { ...setup, handlers: forCall(setup.handlers, call) };
}

function forCall(
  loaded: LoadedHandlers,
  { driver, operation }: { driver: string; operation: string },
): LoadedHandlers {
  const { handlers } = loaded;
  return { ...loaded, handlers: handlers.filter((handler) => isFor(handler, driver, operation)) };
}
