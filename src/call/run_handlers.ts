import type { Deadline } from "../base/deadline.ts";
import { formatIssue } from "../base/issue.ts";
import type { Outcome } from "../base/outcome.ts";
import type { HandlerEntry } from "../records/record.ts";
import type { Config } from "../site/config.ts";
import { handlerTimeout, longTimeout } from "../site/settings.ts";
import type { Operation } from "../protocol/operations.ts";
import type { HandlerResult, HandlerTask } from "../sandbox/run_handler.ts";
import { tellExitCode, tellHandler } from "../system/supervisor.ts";
import type { PlannedHandler } from "./plan.ts";

/** What became of a hook call's handlers. */
export interface HandlersResult {
  verdict: "success" | "ignore" | "abort";
  /** Why it was aborted, for libvirt's caller; only with `abort`. */
  reason?: string;
  handlers: HandlerEntry[];
  /** Handlers for this operation that did not run, and why. */
  left?: { name: string; why: string }[];
}

/** Runs one handler's code; made where engine and capabilities are wired. */
export type RunPlanned = (
  step: PlannedHandler,
  task: Pick<HandlerTask, "options" | "deadline">,
) => Promise<PlannedResult>;

/** What one handler's run produced. */
export type PlannedResult = HandlerResult & {
  /** How it changed the XML. */
  xmlDiff?: string;
  /** The handler was only started; it continues on its own. */
  background?: true;
};

/**
 * Runs the handlers of a plan one after the other and folds their outcomes into
 * one verdict. After a failure that aborts the operation no further handler
 * runs: libvirt will undo the operation anyway.
 *
 * @param rootless the hook runs for a user's own libvirtd: a handler written
 * for root lacks permissions there, so only `host.fail` aborts
 */
export async function runHandlers(
  known: Operation,
  object: string,
  steps: readonly PlannedHandler[],
  config: Config,
  deadline: Deadline,
  run: RunPlanned,
  rootless: boolean,
): Promise<HandlersResult> {
  const handlers: HandlerEntry[] = [];
  for (const [i, step] of steps.entries()) {
    const mayAbort = !rootless && steps.slice(i).some(({ onFailure }) => onFailure === "abort");
    tellExitCode(mayAbort ? 1 : 0);
    tellHandler(step.handler.name);
    const start = Math.round(performance.now() * 10) / 10;
    const later = steps.slice(i + 1).map(({ handler }) => longTimeout(config, handler.manifest, known) ?? 0);
    // The time that handlers request beyond the operation's own belongs to them, whatever runs before them.
    const until = deadline.before(later.reduce((sum, ms) => sum + ms, 0));
    const entry = { ...await runOne(known, step, config, until, run), start };
    tellHandler(undefined);
    if (rootless && entry.onFailure === "abort" && entry.outcome !== "fail") entry.onFailure = "ignore";
    handlers.push(entry);
    if (entry.onFailure === "abort") {
      const place = entry.at === undefined ? "" : ` (${entry.at})`;
      const reason = `${object}: ${known.name} refused by ${entry.name}: ${entry.message}${place}`;
      const why = `${entry.name} failed first`;
      const left = steps.slice(i + 1).map(({ handler }) => ({ name: handler.name, why }));
      return { verdict: "abort", reason, handlers, ...(left.length > 0 && { left }) };
    }
  }
  return { verdict: handlers.some((h) => h.onFailure !== undefined) ? "ignore" : "success", handlers };
}

async function runOne(
  known: Operation,
  step: PlannedHandler,
  config: Config,
  deadline: Deadline,
  run: RunPlanned,
): Promise<HandlerEntry> {
  const { handler } = step;
  const broken = (message: string): HandlerEntry =>
    entryOf(step, {
      outcome: { ok: false, cause: "broken", message },
      calls: [],
      moreCalls: 0,
      ms: 0,
      memoryBytes: 0,
    });
  if (step.problem !== undefined) return broken(step.problem);
  const errors = handler.issues.filter((issue) => issue.severity === "error");
  if (handler.manifest === undefined || errors.length > 0) return broken(summary(errors));
  const { options = {}, issues = [] } = step.options ?? {};
  if (issues.length > 0) return broken(summary(issues));
  if (deadline.passed) {
    const outcome: Outcome = {
      ok: false,
      cause: "timeout",
      message: `not run: the call's ${deadline.limitMs} ms limit had already passed`,
    };
    return entryOf(step, { outcome, calls: [], moreCalls: 0, ms: 0, memoryBytes: 0 });
  }
  const own = deadline.sooner(handlerTimeout(config, handler.manifest, known));
  return entryOf(step, await run(step, { options, deadline: own }));
}

function summary(issues: readonly Parameters<typeof formatIssue>[0][]): string {
  const [first, ...rest] = issues;
  if (first === undefined) return "it is invalid";
  const more = rest.length === 0 ? "" : `, and ${rest.length} more: run "hookvisor check"`;
  return `${formatIssue(first)}${more}`;
}

function entryOf({ handler, onFailure, options }: PlannedHandler, result: PlannedResult): HandlerEntry {
  const { outcome, calls, moreCalls, ms, memoryBytes, xmlDiff, background } = result;
  const set = Object.entries(options?.set ?? {}).map(([key, { line, guests }]) => ({
    ...{ key, value: options!.options[key]!, line },
    ...(guests === undefined ? {} : { guests }),
  }));
  const common = {
    ms,
    calls,
    ...(set.length > 0 ? { options: set } : {}),
    ...(memoryBytes > 0 ? { memoryBytes } : {}),
    ...(moreCalls > 0 ? { moreCalls } : {}),
    ...(background === undefined ? {} : { background }),
    ...(xmlDiff === undefined ? {} : { xmlDiff }),
  };
  if (outcome.ok) return { name: handler.name, outcome: "success", ...common };
  const at = outcome.at === undefined ? {} : { at: outcome.at };
  return {
    name: handler.name,
    outcome: outcome.cause,
    onFailure,
    message: outcome.message,
    ...at,
    ...common,
  };
}
