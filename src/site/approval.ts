import type { Directories } from "./directories.ts";
import { issueOf, readTrusted } from "./read_trusted.ts";
import type { Config } from "./config.ts";
import type { LoadedHandler } from "./load_handlers.ts";
import { fileReader } from "../system/file_reader.ts";

/** A handler as an admin has approved it: a file `approvals/NAME.json` beside the handlers, which only root can write. */
export interface Approval {
  v: 1;
  /** Of the file, in hexadecimal. */
  sha256: string;
  /** RFC 3339, UTC. */
  time: string;
  /** The whole file, so that a change can be shown. */
  source: string;
}

/** JSON may take six bytes for one byte of the file. */
const LARGEST = 8 * 1024 * 1024;

export function approvalPath({ config }: Pick<Directories, "config">, name: string): string {
  return `${config}/approvals/${name}.json`;
}

/** The approval of a handler; a text says why none counts. */
export function readApproval(directories: Directories, name: string, uid: number): Approval | string {
  const file = approvalPath(directories, name);
  const read = readTrusted(fileReader, file, uid, LARGEST);
  if ("trouble" in read) {
    return read.trouble === "missing"
      ? "the handler is not approved"
      : `its approval is invalid: ${read.issue.message}`;
  }
  try {
    const approval = JSON.parse(read.text) as Partial<Approval>;
    if (approval.v === 1 && typeof approval.source === "string") return approval as Approval;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return `its approval is invalid: ${file} is damaged`;
}

/**
 * Why a handler may not run under `policy: {approval: required}`, or undefined. The whole text is compared; a
 * hash would add nothing.
 */
export function approvalProblem(
  { name, source }: Pick<LoadedHandler, "name" | "source">,
  directories: Directories,
  uid: number,
): string | undefined {
  const approval = readApproval(directories, name, uid);
  if (typeof approval === "string") return `${approval}: review it, then run "hookvisor approve ${name}"`;
  if (approval.source === source) return undefined;
  return `the handler was changed after it was approved: run "hookvisor diff ${name}", then "hookvisor approve ${name}"`;
}

/** The handlers; each that lacks an approval required by the site's policy gets an error, and so counts as broken. */
export function withApproval(
  handlers: LoadedHandler[],
  config: Config,
  directories: Directories,
  uid: number,
): LoadedHandler[] {
  if (config.policy.approval !== "required") return handlers;
  return handlers.map((handler) => {
    if (handler.manifest === undefined) return handler;
    const problem = approvalProblem(handler, directories, uid);
    return problem === undefined
      ? handler
      : { ...handler, issues: [issueOf(handler.file, problem), ...handler.issues] };
  });
}
