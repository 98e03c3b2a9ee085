import type { Directories } from "./directories.ts";
import { type HandlerIndex, makeIndex, MISSING, readIndex } from "../manifest/handler_index.ts";
import type { LoadedConfig } from "../manifest/load_config.ts";
import type { LoadedHandlers } from "../manifest/load.ts";
import { type FileStatus, linkStatus, listDirectory } from "../system/file.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { readPrivate, writePrivate } from "../system/private_file.ts";
import { userId } from "../system/self.ts";
import { SystemError } from "../system/system_error.ts";

declare const __HOOKVISOR_BUILD__: string | undefined;

const LARGEST_INDEX = 8 * 1024 * 1024;
/** A file changed less than this before it was read may change again without a new time: the kernel's clock ticks slowly. */
const SETTLED_NS = 2_000_000_000n;
const ROOT = 0;

/**
 * The index of handlers that an earlier call of root's left in the state
 * directory: there so that a call need not parse YAML, nor even load what
 * does. It counts only while every file is exactly the one it was.
 */
export class HandlerCache {
  readonly #directories: Directories;
  readonly #files: SetupFiles;

  constructor(directories: Directories) {
    this.#directories = directories;
    this.#files = filesOf(directories);
  }

  /** The index, or undefined when there is none that still tells the truth. */
  current(): HandlerIndex | undefined {
    const build = buildName();
    if (build === undefined || !isPlain(this.#files.directory)) return undefined;
    const text = readPrivate(this.#path, LARGEST_INDEX);
    const index = text === undefined ? undefined : readIndex(text, build);
    return index !== undefined && isCurrent(index, this.#files) ? index : undefined;
  }

  /** Loads everything by `read` and leaves an index of it, when no file changed meanwhile and all may be kept. */
  async filled<S extends { config: LoadedConfig; handlers: LoadedHandlers }>(
    read: () => Promise<S>,
  ): Promise<S> {
    const build = buildName();
    const before = build !== undefined && isPlain(this.#files.directory) ? this.#files.ids() : undefined;
    const setup = await read();
    if (build !== undefined && before !== undefined && sameIds(before, this.#files.ids())) {
      this.#keep(build, setup, before);
    }
    return setup;
  }

  get #path(): string {
    return `${this.#directories.state}/handlers.json`;
  }

  /** A full disk or a missing state directory only costs the next call its head start. */
  #keep(
    build: string,
    { config, handlers }: { config: LoadedConfig; handlers: LoadedHandlers },
    ids: Map<string, string>,
  ) {
    if ([...ids.keys()].some(isUnsettled)) return;
    const id = ids.get(this.#files.configFile) ?? MISSING;
    const index = makeIndex(build, { ...config, id }, handlers, (file) => ids.get(file));
    if (index === undefined || privateDirectory(this.#directories.state) !== undefined) return;
    try {
      writePrivate(this.#path, JSON.stringify(index));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
    }
  }
}

/** Known only to a compiled program, and only for root: nobody else has a state directory. */
function buildName(): string | undefined {
  return typeof __HOOKVISOR_BUILD__ === "string" && userId() === ROOT ? __HOOKVISOR_BUILD__ : undefined;
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

function isUnsettled(file: string): boolean {
  const status = linkStatus(file);
  return status !== undefined && BigInt(Date.now()) * 1_000_000n - status.changedNs < SETTLED_NS;
}
