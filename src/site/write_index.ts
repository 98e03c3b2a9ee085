import type { Directories } from "./directories.ts";
import { buildName, indexFile, isPlain, siteFiles } from "./current_index.ts";
import type { Site } from "./site.ts";
import { makeIndex, MISSING } from "./handler_index.ts";
import { linkStatus } from "../system/file.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { writePrivate } from "../system/private_file.ts";

/** A file changed less than this before it was read may change again without a new time: the kernel's clock ticks slowly. */
const SETTLED_NS = 2_000_000_000n;

/**
 * Loads everything by `read` and leaves an index of it for the calls to come,
 * when no file changed meanwhile and all may be kept.
 *
 * @param mayChange whether a file is so new that it could still be written to unseen
 */
export async function writeIndex(
  directories: Directories,
  read: () => Promise<Site>,
  mayChange: (file: string) => boolean = isUnsettled,
): Promise<Site> {
  const build = buildName();
  const files = siteFiles(directories);
  const before = build !== undefined && isPlain(files.directory) ? files.ids() : undefined;
  const setup = await read();
  if (build !== undefined && before !== undefined && sameIds(before, files.ids())) {
    if ([...before.keys()].some(mayChange)) return setup;
    const note = keep(directories, build, setup, before, before.get(files.configFile) ?? MISSING);
    if (note !== undefined) return { ...setup, note };
  }
  return setup;
}

/** Whatever goes wrong here only costs the next call its head start: it is noted, and this call goes on. */
function keep(
  directories: Directories,
  build: string,
  { config, handlers }: Site,
  ids: Map<string, string>,
  configId: string,
): string | undefined {
  const index = makeIndex(build, { ...config, id: configId }, handlers, (file) => ids.get(file));
  if (index === undefined || privateDirectory(directories.state) !== undefined) return undefined;
  try {
    writePrivate(indexFile(directories), JSON.stringify(index));
    return undefined;
  } catch (error) {
    return `the index of handlers was not kept: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function sameIds(a: Map<string, string>, b: Map<string, string> | undefined): boolean {
  return b !== undefined && a.size === b.size && [...a].every(([file, id]) => b.get(file) === id);
}

function isUnsettled(file: string): boolean {
  const status = linkStatus(file);
  return status !== undefined && BigInt(Date.now()) * 1_000_000n - status.changedNs < SETTLED_NS;
}
