import type { Issue } from "../base/issue.ts";
import { LARGEST_HANDLER } from "../manifest/front_matter.ts";
import { type FileReader, isTrouble } from "../system/file_reader.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { matchesOperation } from "../manifest/operation_glob.ts";
import { orderHandlers } from "./order.ts";
import { couldMatch } from "../manifest/could_match.ts";
import { issueOf, readTrusted, type Trouble } from "./read_trusted.ts";
import { trustIssue } from "./trust.ts";

/** A handler's file, valid or not. */
export interface LoadedHandler {
  /** The file's name without `.js`: `20-vfio`. */
  name: string;
  /** Its path. */
  file: string;
  /** The whole text, byte for byte as in the file, and as the engine gets it; empty where it was not read. */
  source: string;
  /**
   * Only for a valid handler. One without a manifest counts as failed for each operation that it might match.
   */
  manifest?: Manifest;
  /** The globs of `on`; undefined where they could not be read. */
  on?: string[];
  /** Errors and warnings. */
  issues: Issue[];
  /** Why the manifest is absent. */
  trouble?: Exclude<Trouble, "missing">;
  /**
   * Whether the handler matches, or may match, an operation: one whose `on` could not be read may match any.
   */
  mayMatch(driver: string, operation: string): boolean;
}

/** What a handler directory holds. */
export interface LoadedHandlers {
  /** In byte order of their names. */
  handlers: LoadedHandler[];
  /** The directory itself cannot be used, so the handlers are unknown. */
  problem?: { trouble: Exclude<Trouble, "missing">; issue: Issue };
}

/** The user hookvisor runs as, and the call whose handlers to load; absent: all handlers. */
export interface LoadOptions {
  uid: number;
  call?: { driver: string; operation: string };
  /** Returns a handler that need not be read again, by its file's name. */
  known?(fileName: string): LoadedHandler | undefined;
}

/** Two digits, which set the order, and a name that fits a log line, a YAML key and a file name. */
const NAME = /^[0-9]{2}-[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.js$/;

/**
 * Finds, checks and parses the handlers in a directory. A directory that
 * does not exist has none. Files whose name does not end in `.js`, and hidden
 * ones, which editors make, are ignored.
 */
export async function loadHandlers(
  directory: string,
  files: FileReader,
  options: LoadOptions,
): Promise<LoadedHandlers> {
  const chain = files.chain(directory);
  if (isTrouble(chain)) {
    if (chain.trouble === "missing") return { handlers: [] };
    const trouble = chain.trouble === "denied" ? "unreadable" : "invalid";
    return { handlers: [], problem: { trouble, issue: issueOf(directory, chain.message) } };
  }
  const issue = trustIssue(directory, chain, options.uid, "directory");
  if (issue) return { handlers: [], problem: { trouble: "untrusted", issue } };
  const names = files.list(directory);
  if (isTrouble(names)) {
    const trouble = names.trouble === "denied" ? "unreadable" : "invalid";
    return { handlers: [], problem: { trouble, issue: issueOf(directory, names.message) } };
  }
  const handlers: LoadedHandler[] = [];
  for (const name of orderHandlers(names.filter((n) => n.endsWith(".js") && !n.startsWith(".")), false)) {
    const handler = options.known?.(name) ?? await loadHandler(`${directory}/${name}`, name, files, options);
    if (handler) handlers.push(handler);
  }
  return { handlers };
}

/** Undefined for a handler that does not match the call, or that was removed. */
async function loadHandler(
  file: string,
  fileName: string,
  files: FileReader,
  { uid, call }: LoadOptions,
): Promise<LoadedHandler | undefined> {
  const name = fileName.slice(0, -".js".length);
  const unread = { name, file, source: "", mayMatch: () => true };
  const read = readTrusted(files, file, uid, LARGEST_HANDLER);
  if ("trouble" in read) {
    // It was removed since the directory was listed.
    if (read.trouble === "missing") return undefined;
    return { ...unread, issues: [read.issue], trouble: read.trouble };
  }
  if (call && !couldMatch(read.text, call.driver, call.operation)) return undefined;

  // Imported here and not above: a call without a handler must not pay for loading YAML.
  const { parseManifest } = await import("../manifest/parse.ts");
  const { manifest, on, issues } = parseManifest(file, read.text);
  const mayMatch = (driver: string, operation: string) =>
    on === undefined || on.some(({ value }) => matchesOperation(value, driver, operation));
  if (call && !mayMatch(call.driver, call.operation)) return undefined;
  const globs = on?.map(({ value }) => value);
  const handler = { name, file, source: read.text, mayMatch, ...(globs && { on: globs }) };
  if (NAME.test(fileName)) {
    return manifest ? { ...handler, manifest, issues } : { ...handler, issues, trouble: "invalid" };
  }
  const hint = "two digits, -, and letters, digits, ., _ or -: 20-vfio.js; or append .off to disable it";
  return {
    ...handler,
    issues: [issueOf(file, "this is not a valid handler name", hint), ...issues],
    trouble: "invalid",
  };
}
