import type { Issue } from "../base/issue.ts";
import { withApproval } from "../site/approval.ts";
import type { Directories } from "../site/directories.ts";
import type { Config } from "../site/config.ts";
import { LARGEST_HANDLER } from "../manifest/front_matter.ts";
import { isTrouble } from "../system/file_reader.ts";
import { type LoadedHandler, loadHandlers } from "../site/load_handlers.ts";
import { loadConfig } from "../site/load_config.ts";
import { issueOf } from "../site/read_trusted.ts";
import { ignoredFileWarnings } from "./ignored_files.ts";
import { parseManifest } from "../manifest/parse.ts";
import { matchesOperation } from "../manifest/operation_glob.ts";
import { fileReader } from "../system/file_reader.ts";
import { userId } from "../system/self.ts";

/** The admin's whole configuration, as a hook call would find it, for any operation. */
export interface WholeSite {
  config: Config;
  configFile: string;
  handlers: LoadedHandler[];
  /** The issues of `config.yaml` and of the handler directory itself; each handler has its own. */
  issues: Issue[];
}

/** Loads `config.yaml` and all handlers, without the short cuts of a hook call. */
export async function loadWholeSite(directories: Directories): Promise<WholeSite> {
  const { config: directory } = directories;
  const uid = userId();
  const configFile = `${directory}/config.yaml`;
  const { config, issues } = await loadConfig(configFile, fileReader, uid);
  const { handlers, problem } = await loadHandlers(`${directory}/handlers`, fileReader, { uid });
  return {
    config,
    configFile,
    handlers: withApproval(handlers, config, directories, uid),
    issues: [
      ...issues,
      ...(problem === undefined ? ignoredFileWarnings(`${directory}/handlers`) : [problem.issue]),
    ],
  };
}

/**
 * One file as a handler, in any directory and with any owner, so that it can be checked before it is
 * installed.
 */
export function loadFile(file: string): LoadedHandler {
  const name = file.slice(file.lastIndexOf("/") + 1).replace(/\.js$/, "");
  const unread = { name, file, source: "", mayMatch: () => true, trouble: "invalid" as const };
  const read = fileReader.read(file, LARGEST_HANDLER);
  if (isTrouble(read)) return { ...unread, issues: [issueOf(file, read.message)] };
  let source: string;
  try {
    source = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(read.bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { ...unread, issues: [issueOf(file, "the file is not UTF-8", "save it as UTF-8")] };
  }
  const { manifest, on, issues } = parseManifest(file, source);
  const mayMatch = (driver: string, operation: string) =>
    on === undefined || on.some(({ value }) => matchesOperation(value, driver, operation));
  return {
    name,
    file,
    source,
    issues,
    mayMatch,
    ...(manifest ? { manifest } : { trouble: "invalid" }),
  };
}

/**
 * Whether a hook call would use a handler: `broken` by its manifest or its owner, `unapproved` where the
 * site's policy requires approval.
 */
export function stateOf({ manifest, issues }: LoadedHandler): "ready" | "broken" | "unapproved" {
  if (manifest === undefined) return "broken";
  return issues.some(({ severity }) => severity === "error") ? "unapproved" : "ready";
}
