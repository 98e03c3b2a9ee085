import type { Directories } from "./directories.ts";
import { type HandlerIndex, MISSING, readIndex } from "./handler_index.ts";
import { type FileStatus, linkStatus, listDirectory } from "../system/file.ts";
import { readPrivate } from "../system/private_file.ts";
import { userId } from "../system/self.ts";

declare const __HOOKVISOR_BUILD__: string | undefined;

const LARGEST_INDEX = 8 * 1024 * 1024;
const ROOT = 0;

/** The index of handlers that an earlier call run as root left in the state directory. */
export interface FoundIndex {
  index: HandlerIndex;
  /** What identifies each file of the site now, by its path. */
  ids: ReadonlyMap<string, string>;
  /** No file has changed, so none must be read again. */
  isCurrent: boolean;
}

/**
 * Finds that index: with it a call need not parse YAML, nor even load the parser. Undefined where this
 * program has no index, or where a user other than root can change one of the files.
 */
export function findIndex(directories: Directories): FoundIndex | undefined {
  const build = buildName();
  const files = siteFiles(directories);
  if (build === undefined || !isPlain(files.directory)) return undefined;
  const text = readPrivate(indexFile(directories), LARGEST_INDEX);
  const index = text === undefined ? undefined : readIndex(text, build);
  const ids = index === undefined ? undefined : files.ids();
  if (index === undefined || ids === undefined) return undefined;
  return { index, ids, isCurrent: isCurrent(index, files, ids) };
}

export function indexFile({ state }: Directories): string {
  return `${state}/handlers.json`;
}

/** Only a compiled program has one, and only for root: no other user has a state directory. */
export function buildName(): string | undefined {
  return typeof __HOOKVISOR_BUILD__ === "string" && userId() === ROOT ? __HOOKVISOR_BUILD__ : undefined;
}

/** The files that a site is made of, and what identifies them now. */
export interface SiteFiles {
  directory: string;
  configFile: string;
  /** Ids by path; undefined when the index may not vouch for a file. */
  ids(): Map<string, string> | undefined;
}

export function siteFiles({ config }: Directories): SiteFiles {
  const directory = `${config}/handlers`;
  const configFile = `${config}/config.yaml`;
  return {
    directory,
    configFile,
    ids() {
      const names = (listDirectory(directory) ?? []).filter((name) =>
        name.endsWith(".js") && !name.startsWith(".")
      );
      const ids = new Map<string, string>();
      for (const file of [configFile, ...names.map((name) => `${directory}/${name}`)]) {
        const status = linkStatus(file);
        if (status === undefined && file === configFile) ids.set(file, MISSING);
        else if (status === undefined || !isRoots(status, "file")) return undefined;
        else ids.set(file, idOf(status));
      }
      return ids;
    },
  };
}

/**
 * Whether only root can change each step of a directory's path, and none is a link: a quick check of trust.
 */
export function isPlain(directory: string): boolean {
  let path = "";
  for (const part of directory.split("/").slice(1)) {
    path += `/${part}`;
    const status = linkStatus(path);
    if (status === undefined || !isRoots(status, "directory")) return false;
    // Sticky or not: whoever may write to the directory itself may put a file into it.
    if (path === directory && (status.mode & 0o022) !== 0) return false;
  }
  return true;
}

/** A sticky directory counts as safe for an entry that root owns. */
function isRoots(status: FileStatus, kind: "file" | "directory"): boolean {
  const sticky = kind === "directory" && (status.mode & 0o1000) !== 0;
  return status.kind === kind && status.uid === ROOT && (sticky || (status.mode & 0o022) === 0);
}

function idOf({ device, inode, size, modifiedNs, changedNs }: FileStatus): string {
  return [device, inode, size, modifiedNs, changedNs].join(" ");
}

function isCurrent(
  { config, handlers }: HandlerIndex,
  { configFile, directory }: SiteFiles,
  ids: ReadonlyMap<string, string>,
): boolean {
  return ids.size === handlers.length + 1 && ids.get(configFile) === config.id &&
    handlers.every(({ fileName, id }) => ids.get(`${directory}/${fileName}`) === id);
}
