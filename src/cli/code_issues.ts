import type { Issue } from "../base/issue.ts";
import { Deadline } from "../base/deadline.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import { extractFrontMatter } from "../manifest/front_matter.ts";
import { runHandler } from "../sandbox/run_handler.ts";
import { Loop } from "../system/loop.ts";

const STOP = "hookvisor check: nothing is run";
/** Long enough to read a megabyte of code. */
const TIMEOUT_MS = 10_000;

/**
 * The report of the engine that will run a handler on its code: syntax errors
 * and imports. The engine reads the whole module, and stops at a `throw` put
 * before the comments of the manifest, before any of it is run.
 */
export async function codeIssues({ file, source }: LoadedHandler): Promise<Issue[]> {
  if ("issue" in extractFrontMatter(file, source)) return [];
  const { outcome } = await runHandler({
    file,
    source: `throw new Error(${JSON.stringify(STOP)});${source}`,
    event: {},
    options: {},
    deadline: Deadline.in(TIMEOUT_MS),
  }, new Loop());
  const issue = (message: string, at?: string): Issue => {
    const [, line = "0", column = "0"] = /:(\d+):(\d+)$/.exec(at ?? "") ?? [];
    return { severity: "error", file, line: Number(line), column: Number(column), message };
  };
  if (outcome.ok) return [];
  if (!outcome.message.includes(STOP)) return [issue(outcome.message, outcome.at)];
  return /\bexport\b[^;]*\bdefault\b/.test(source) ? [] : [{
    ...issue("the handler exports no function"),
    hint: "export default async function (event, host) { ... }",
  }];
}
