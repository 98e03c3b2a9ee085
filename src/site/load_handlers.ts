import type { Issue } from "../base/issue.ts";
import { LARGEST_HANDLER } from "../manifest/front_matter.ts";
import { type FileReader, isTrouble } from "../system/file_reader.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { matchesOperation } from "../manifest/operation_glob.ts";
import { orderHandlers } from "./order.ts";
import { couldMatch } from "../manifest/could_match.ts";
import { issueOf, readTrusted, type Trouble } from "./read_trusted.ts";
import { trustIssue } from "./trust.ts";

/** A handler's file, in order or not. */
export interface LoadedHandler {
  /** The file's name without `.js`: `20-vfio`. */
  name: string;
  /** Its path. */
  file: string;
  /** The whole text, byte for byte what is in the file, and what the engine is given; empty where it was not read. */
  source: string;
  /** Only for a handler that is in order. One without counts as failed for each operation it might match. */
  manifest?: Manifest;
  /** The globs of `on`; undefined where they could not be read. */
  on?: string[];
  /** Errors and warnings. */
  issues: Issue[];
  /** Why there is no manifest. */
  trouble?: Exclude<Trouble, "missing">;
  /** Whether the handler is, or may be, for an operation: one whose `on` could not be read may be for any. */
  mayMatch(driver: string, operation: string): boolean;
}

/** What a handler directory holds. */
export interface LoadedHandlers {
  /** In byte order of their names. */
  handlers: LoadedHandler[];
  /** The directory itself cannot be used, so nobody knows which handlers there are. */
  problem?: { trouble: Exclude<Trouble, "missing">; issue: Issue };
}

/** The user hookvisor runs as, and the call for which handlers are wanted; absent: all. */
export interface LoadOptions {
  uid: number;
  call?: { driver: string; operation: string };
  /** Gives a handler that need not be read again, by its file's name. */
  known?(fileName: string): LoadedHandler | undefined;
}

/** Two digits, which give the order, and a name that can stand in a log line, a key of YAML and a file's name. */
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

/** Undefined for a handler that the call is not for, or that is gone. */
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

  // Here and not above: a call without a handler must not pay for YAML.
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
