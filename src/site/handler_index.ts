import type { Issue } from "../base/issue.ts";
import type { LoadedHandler, LoadedHandlers } from "./load_handlers.ts";
import type { LoadedConfig } from "./load_config.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { couldMatch } from "../manifest/could_match.ts";
import { matchesOperation } from "../manifest/operation_glob.ts";

/**
 * What a hook call found in `config.yaml` and the handlers, kept so that the
 * next call need not parse YAML. It is used only while no file has changed:
 * each has an `id` of device, inode, size, and the times of the last change of
 * content and of status in nanoseconds.
 */
export interface HandlerIndex {
  /** Which hookvisor wrote it: another version may read manifests differently. */
  build: string;
  config: LoadedConfig & { id: string };
  handlers: IndexedHandler[];
}

export interface IndexedHandler {
  /** The file's name, with `.js`. */
  fileName: string;
  id: string;
  source: string;
  manifest?: Manifest;
  on?: string[];
  issues: Issue[];
  trouble?: LoadedHandler["trouble"];
}

/** Stands for the id of a missing file. */
export const MISSING = "missing";

/** Handlers larger than this, in characters, are not kept: every call would read them, mostly for nothing. */
const LARGEST_KEPT = 64 * 1024;

/** The index of what was loaded, or undefined when a part of it should not be kept. */
export function makeIndex(
  build: string,
  config: LoadedConfig & { id: string },
  loaded: LoadedHandlers,
  idOf: (file: string) => string | undefined,
): HandlerIndex | undefined {
  if (loaded.problem !== undefined || config.trouble !== undefined) return undefined;
  const handlers: IndexedHandler[] = [];
  for (const { file, source, manifest, on, issues, trouble } of loaded.handlers) {
    const id = idOf(file);
    if (id === undefined || source === "" || source.length > LARGEST_KEPT) return undefined;
    const fileName = file.slice(file.lastIndexOf("/") + 1);
    handlers.push({
      fileName,
      id,
      source,
      issues,
      ...(manifest && { manifest }),
      ...(on && { on }),
      ...(trouble && { trouble }),
    });
  }
  return { build, config, handlers };
}

/**
 * The index that a text holds, or undefined when it is not an index, is
 * truncated or belongs to another build. Only root can write the file, so its
 * shape is checked against accidents, not attacks.
 */
export function readIndex(text: string, build: string): HandlerIndex | undefined {
  try {
    const index = JSON.parse(text) as HandlerIndex;
    return index.build === build && Array.isArray(index.handlers) && typeof index.config?.id === "string"
      ? index
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a call for this operation must look at a handler, as `loadHandlers` decides it. */
export function isFor(
  { source, mayMatch }: Pick<LoadedHandler, "source" | "mayMatch">,
  driver: string,
  operation: string,
): boolean {
  return (source === "" || couldMatch(source, driver, operation)) && mayMatch(driver, operation);
}

/** The same for one in an index. */
export function indexedFor({ source, on }: IndexedHandler, driver: string, operation: string): boolean {
  return isFor(
    { source, mayMatch: (driver, operation) => onMatches(on, driver, operation) },
    driver,
    operation,
  );
}

function onMatches(on: string[] | undefined, driver: string, operation: string): boolean {
  return on === undefined || on.some((glob) => matchesOperation(glob, driver, operation));
}

/**
 * The handlers in an index (of files in `directory`) that match, or may match, an operation, as
 * `loadHandlers` would return them.
 */
export function indexedHandlers(
  index: HandlerIndex,
  directory: string,
  driver: string,
  operation: string,
): LoadedHandler[] {
  return index.handlers.filter((handler) => indexedFor(handler, driver, operation))
    .map((handler) => indexedHandler(handler, directory));
}

/** A handler of an index as `loadHandlers` would return it. */
export function indexedHandler(
  { fileName, source, manifest, on, issues, trouble }: IndexedHandler,
  directory: string,
): LoadedHandler {
  const file = `${directory}/${fileName}`;
  return {
    name: fileName.slice(0, -".js".length),
    file,
    source,
    issues,
    mayMatch: (driver, operation) => onMatches(on, driver, operation),
    ...(on && { on }),
    ...(manifest && { manifest }),
    ...(trouble && { trouble }),
  };
}
