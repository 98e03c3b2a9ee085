import type { Directories } from "./directories.ts";
import { imageDirectory } from "./handler_cache.ts";
import { type HandlerIndex, indexedHandlers, isFor } from "../manifest/handler_index.ts";
import type { LoadedConfig } from "../manifest/load_config.ts";
import type { LoadedHandlers } from "../manifest/load.ts";

/** Configuration and handlers as one hook call finds them. */
export interface Setup {
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
export async function loadSetup(
  directories: Directories,
  uid: number,
  call: { driver: string; operation: string },
  index: HandlerIndex | undefined,
): Promise<Setup> {
  if (index !== undefined) {
    const handlers = indexedHandlers(
      index,
      `${directories.config}/handlers`,
      imageDirectory(directories),
      call.driver,
      call.operation,
    );
    return { config: index.config, handlers: { handlers } };
  }
  const { readSetup } = await import("./read_setup.ts");
  // Nobody but root has a state directory to keep an index in.
  if (uid !== 0) return await readSetup(directories, uid, call);
  const { fillCache } = await import("./fill_cache.ts");
  const setup = await fillCache(directories, () => readSetup(directories, uid));
  return { ...setup, handlers: forCall(setup.handlers, call) };
}

function forCall(
  loaded: LoadedHandlers,
  { driver, operation }: { driver: string; operation: string },
): LoadedHandlers {
  const { handlers } = loaded;
  return { ...loaded, handlers: handlers.filter((handler) => isFor(handler, driver, operation)) };
}
