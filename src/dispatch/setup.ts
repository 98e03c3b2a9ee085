import type { Directories } from "./directories.ts";
import {
  type HandlerIndex,
  indexedHandlers,
  isFor,
  makeIndex,
  MISSING,
  readIndex,
} from "../manifest/handler_index.ts";
import { loadConfig, type LoadedConfig } from "../manifest/load_config.ts";
import { type LoadedHandlers, loadHandlers } from "../manifest/load.ts";
import { type FileStatus, linkStatus, listDirectory } from "../system/file.ts";
import { handlerFiles } from "../system/handler_files.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { readPrivate, writePrivate } from "../system/private_file.ts";
import { SystemError } from "../system/system_error.ts";

declare const __HOOKVISOR_BUILD__: string | undefined;

/** Configuration and handlers as one hook call finds them. */
export interface Setup {
  config: LoadedConfig;
  handlers: LoadedHandlers;
}

const LARGEST_INDEX = 8 * 1024 * 1024;
/** A file changed less than this before it was read may change again without a new time: the kernel's clock ticks slowly. */
const SETTLED_NS = 2_000_000_000n;
const ROOT = 0;

/**
 * Loads `config.yaml` and the handlers that may be for an operation: for root
 * from the index that an earlier call left in the state directory, as long as
 * every file is what it was; else from the files, and then leaves an index.
 */
export async function loadSetup(
  directories: Directories,
  uid: number,
  call: { driver: string; operation: string },
): Promise<Setup> {
  const build = typeof __HOOKVISOR_BUILD__ === "string" ? __HOOKVISOR_BUILD__ : undefined;
  const files = filesOf(directories);
  if (uid !== ROOT || build === undefined || !isPlain(files.directory)) {
    return await readSetup(directories, uid, call);
  }
  const path = `${directories.state}/handlers.json`;
  const text = readPrivate(path, LARGEST_INDEX);
  const index = text === undefined ? undefined : readIndex(text, build);
  if (index !== undefined && isCurrent(index, files)) {
    const { driver, operation } = call;
    return {
      config: index.config,
      handlers: { handlers: indexedHandlers(index, files.directory, driver, operation) },
    };
  }
  const before = files.ids();
  const setup = await readSetup(directories, uid);
  if (before !== undefined && sameIds(before, files.ids())) {
    keep(path, build, setup, before, files, directories);
  }
  return { config: setup.config, handlers: forCall(setup.handlers, call) };
}

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

function forCall(
  loaded: LoadedHandlers,
  { driver, operation }: { driver: string; operation: string },
): LoadedHandlers {
  const { handlers } = loaded;
  return { ...loaded, handlers: handlers.filter((handler) => isFor(handler, driver, operation)) };
}

/** The files that make up a set-up, and what identifies them now. */
interface SetupFiles {
  directory: string;
  configFile: string;
  /** Ids by path; undefined when a file is not one that the index may speak for. */
  ids(): Map<string, string> | undefined;
}

function filesOf({ config }: Directories): SetupFiles {
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

/** Whether every step to a directory is one that only root can change, without links: trusted at a glance. */
function isPlain(directory: string): boolean {
  let path = "";
  for (const part of directory.split("/").slice(1)) {
    path += `/${part}`;
    const status = linkStatus(path);
    if (status === undefined || !isRoots(status, "directory")) return false;
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

function isCurrent(index: HandlerIndex, files: SetupFiles): boolean {
  const ids = files.ids();
  if (ids === undefined || ids.size !== index.handlers.length + 1) return false;
  return ids.get(files.configFile) === index.config.id &&
    index.handlers.every(({ fileName, id }) => ids.get(`${files.directory}/${fileName}`) === id);
}

function sameIds(a: Map<string, string>, b: Map<string, string> | undefined): boolean {
  return b !== undefined && a.size === b.size && [...a].every(([file, id]) => b.get(file) === id);
}

/** A full disk or a missing state directory only costs the next call its head start. */
function keep(
  path: string,
  build: string,
  { config, handlers }: Setup,
  ids: Map<string, string>,
  files: SetupFiles,
  directories: Directories,
): void {
  if ([...ids.keys()].some(isUnsettled)) return;
  const index = makeIndex(
    build,
    { ...config, id: ids.get(files.configFile) ?? MISSING },
    handlers,
    (file) => ids.get(file),
  );
  if (index === undefined || privateDirectory(directories.state) !== undefined) return;
  try {
    writePrivate(path, JSON.stringify(index));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

function isUnsettled(file: string): boolean {
  const status = linkStatus(file);
  return status !== undefined && BigInt(Date.now()) * 1_000_000n - status.changedNs < SETTLED_NS;
}
