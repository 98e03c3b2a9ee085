import type { Directories } from "./directories.ts";
import { buildName, indexFile, isPlain, siteFiles } from "./index_file.ts";
import type { Site } from "./site.ts";
import { makeIndex, MISSING } from "./handler_index.ts";
import { linkStatus } from "../system/file.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { writePrivate } from "../system/private_file.ts";

/**
 * A file changed less than this before it was read may change again without a new time, because the kernel's
 * clock ticks slowly.
 */
const SETTLED_NS = 2_000_000_000n;

/**
 * Writes an index of the site for later calls, if no file changed while it was read and all may be kept.
 *
 * @param read loads everything
 * @param mayChange whether a file is so new that a later write could go unnoticed
 * @returns a remark for the record when it could not be written, which makes the next call slower
 */
export async function writeIndex(
  directories: Directories,
  read: () => Promise<Site>,
  mayChange: (file: string) => boolean = isUnsettled,
): Promise<string | undefined> {
  const build = buildName();
  const files = siteFiles(directories);
  const before = build !== undefined && isPlain(files.directory) ? files.ids() : undefined;
  if (build === undefined || before === undefined || [...before.keys()].some(mayChange)) return undefined;
  const { config, handlers } = await read();
  if (!sameIds(before, files.ids())) return undefined;
  const id = before.get(files.configFile) ?? MISSING;
  const index = makeIndex(build, { ...config, id }, handlers, (file) => before.get(file));
  if (index === undefined || privateDirectory(directories.state) !== undefined) return undefined;
  try {
    writePrivate(indexFile(directories), JSON.stringify(index));
    return undefined;
  } catch (error) {
    return `the index of handlers was not written: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function sameIds(a: Map<string, string>, b: Map<string, string> | undefined): boolean {
  return b !== undefined && a.size === b.size && [...a].every(([file, id]) => b.get(file) === id);
}

function isUnsettled(file: string): boolean {
  const status = linkStatus(file);
  return status !== undefined && BigInt(Date.now()) * 1_000_000n - status.changedNs < SETTLED_NS;
}
