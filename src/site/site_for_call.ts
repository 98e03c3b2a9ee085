import type { Directories } from "./directories.ts";
import { indexedHandlers, isFor } from "./handler_index.ts";
import type { FoundIndex } from "./index_file.ts";
import type { Site } from "./site.ts";

/**
 * `config.yaml` and the handlers that may match an operation: from the index that an earlier call left, and
 * from the files that have changed since.
 *
 * @param found the result of `findIndex`
 */
export async function siteForCall(
  directories: Directories,
  uid: number,
  call: { driver: string; operation: string },
  found: FoundIndex | undefined,
): Promise<Site> {
  const { driver, operation } = call;
  if (found?.isCurrent) {
    const handlers = indexedHandlers(found.index, `${directories.config}/handlers`, driver, operation);
    return { config: found.index.config, handlers: { handlers } };
  }
  const { readChanged, readSite } = await import("./read_site.ts");
  // Only root has a state directory to keep an index in.
  if (uid !== 0) return await readSite(directories, uid, call);
  const refresh = async () => {
    const { writeIndex } = await import("./write_index.ts");
    return await writeIndex(directories, () => readChanged(directories, uid, found));
  };
  if (found === undefined) return { ...await readSite(directories, uid, call), refresh };
  const { config, handlers } = await readChanged(directories, uid, found);
  const matching = handlers.handlers.filter((handler) => isFor(handler, driver, operation));
  return { config, handlers: { ...handlers, handlers: matching }, refresh };
}
