import type { CallKind } from "./call_kind.ts";
import { type CallSetting, handlerRunner } from "./handler_runner.ts";
import { type HandlersResult, runHandlers } from "./run_handlers.ts";
import { type Plan, plan } from "./plan.ts";
import { approved, brokenSite, isPassedOver, usableHandlers } from "./usable_handlers.ts";
import { Deadline } from "../base/deadline.ts";
import { formatIssue } from "../base/issue.ts";
import { recordId } from "../records/record.ts";
import type { RecordOfCall } from "../records/write_record.ts";
import type { Config } from "../site/config.ts";
import type { Directories } from "../site/directories.ts";
import type { Site } from "../site/site.ts";
import { onFailureFor } from "../site/settings.ts";
import { LazyJournal } from "../undo/lazy_journal.ts";
import { reservedMs } from "../undo/plays_back.ts";
import { prepareEngine } from "../sandbox/make_engine.ts";
import type { HookEvent } from "../protocol/event.ts";
import { HookData } from "../protocol/hook_data.ts";
import type { OnFailure, Operation } from "../protocol/operations.ts";
import { abort, goOn, type Reply } from "../protocol/reply.ts";
import { Loop } from "../system/loop.ts";
import { monotonicNs } from "../system/monotonic.ts";
import { userId } from "../system/self.ts";
import { isSupervised, tellDeadline, tellExitCode } from "../system/supervisor.ts";

/**
 * The part of the deadline reserved for everything but handlers: the record and the exit, in milliseconds.
 */
const ROOM_MS = 50;
/** Up to this much of the program's own start does not count against the handlers' time, in milliseconds. */
const MOST_START_MS = 5_000;

/**
 * What a call produced: the reply, the contents of its record, and more for callers that keep the whole call.
 */
export interface PerformedCall {
  reply: Reply;
  record: RecordOfCall;
  config: Config;
  data: HookData;
  deadline: Deadline;
}

/** A hook call of any kind without its record. */
export async function performCall(
  kind: CallKind,
  event: HookEvent,
  known: Operation,
  directories: Directories,
): Promise<PerformedCall> {
  const uid = userId();
  const site = await kind.site();
  const { config } = site.config;
  const notes: string[] = [];
  const note = (text: string) => void notes.push(text);
  const loop = new Loop();
  const usable = usableHandlers(site.handlers.handlers, uid, notes);
  const problem = siteProblem(site, uid, notes);

  const tell = (deadline: Deadline) => {
    if (kind.tellSupervisor) {
      tellSupervisor(deadline.remaining + ROOM_MS, onFailureFor(config, undefined, known), uid);
    }
  };
  const forPlanning = Deadline.in(kind.timeoutMs(config, known, [])).before(ROOM_MS);
  const data = new HookData(event, kind.input(loop), forPlanning);
  tell(forPlanning);
  const planned = problem !== undefined
    ? undefined
    : plan(event, await approved(usable, config, directories, uid), config, data, kind.only);
  const willRun = (planned?.steps.length ?? 0) > 0;
  if (willRun) prepareEngine();
  const timeoutMs = kind.timeoutMs(config, known, planned?.steps.map(({ handler }) => handler) ?? []);
  // The program's own work until here does not count against the handlers' time.
  const deadline = Deadline.in(
    timeoutMs,
    kind.began + Math.min(performance.now() - kind.began, MOST_START_MS),
  )
    .before(ROOM_MS);
  data.deadline = deadline;
  tell(deadline);
  const lazyJournal = new LazyJournal(directories.state, note);
  const id = recordId();
  const call = { event, known, config, loop, data, lazyJournal, caller: kind.caller };
  const result = planned === undefined
    ? brokenSite(event, known, config, problem!)
    : !willRun
    ? { verdict: "success" as const, handlers: [], left: planned.left }
    : await runPlan(planned, kind, { ...call, id }, directories, {
      deadline: deadline.before(reservedMs(known, lazyJournal, timeoutMs, planned.steps)),
    });
  if (kind.tellSupervisor) tellExitCode(result.verdict === "abort" ? 1 : 0);
  const aborted = result.verdict === "abort";
  const undone = await kind.giveBack(
    {
      ...{ ...call, deadline, run: directories.libvirt, note },
      extended: (later) => {
        if (kind.tellSupervisor) tellMs(later.remaining + ROOM_MS);
      },
    },
    aborted,
  );
  lazyJournal.close();
  const refreshed = await site.refresh?.();
  if (refreshed !== undefined) note(refreshed);
  const reply = aborted ? abort(result.reason ?? "unknown reason") : goOn(data.changedText);
  const record: RecordOfCall = {
    ...result,
    exitCode: reply.exitCode,
    notes,
    id,
    undone,
    ...(kind.background === undefined ? {} : { background: kind.background }),
    log: config.log,
    ...(kind.caller === undefined ? {} : { caller: kind.caller }),
  };
  return { reply, record, config, data, deadline };
}

/** The deadline of this call, and its answer if it cannot give one itself. */
function tellSupervisor(ms: number, onFailure: OnFailure, uid: number): void {
  if (!isSupervised()) return;
  tellMs(ms);
  tellExitCode(uid === 0 && onFailure === "abort" ? 1 : 0);
}

function tellMs(ms: number): void {
  if (isSupervised()) tellDeadline(monotonicNs() + BigInt(Math.round(ms * 1_000_000)));
}

/**
 * Why the configuration or the handlers' directory cannot be used; what this user may not use is only noted.
 */
function siteProblem({ config, handlers }: Site, uid: number, notes: string[]): string | undefined {
  const { problem } = handlers;
  const faults = [
    ...(config.trouble === undefined ? [] : [{ trouble: config.trouble, issues: config.issues }]),
    ...(problem === undefined ? [] : [{ trouble: problem.trouble, issues: [problem.issue] }]),
  ];
  const fault = faults.find(({ trouble, issues }) => {
    if (!isPassedOver(trouble, uid)) return true;
    notes.push(...issues.map(formatIssue));
    return false;
  });
  return fault?.issues.map(formatIssue).join("; ");
}

/** Runs the handlers of a plan that is not empty. */
async function runPlan(
  { steps, left }: Plan,
  { startBackground, dryRun }: CallKind,
  call: Omit<CallSetting, "dryRun" | "detach"> & { known: Operation; id: string },
  directories: Directories,
  { deadline }: { deadline: Deadline },
): Promise<HandlersResult> {
  const { event, known, config, data, id, caller } = call;
  const detach = startBackground &&
    ((handler: string) => startBackground(event, data, directories, { handler, of: id, caller }));
  const run = handlerRunner({ ...call, detach, dryRun });
  const rootless = userId() !== 0;
  const result = await runHandlers(known, event.object, steps, config, deadline, run, rootless);
  return { ...result, left: [...left, ...result.left ?? []].sort((a, b) => a.name < b.name ? -1 : 1) };
}
