// Longer than other files: the steps of one call, in their order.
import { isThere } from "../system/file.ts";
import type { Directories } from "../site/directories.ts";
import { type HandlersResult, runHandlers } from "./run_handlers.ts";
import { removeUnwantedCheckpoint } from "../checkpoint/remove_unwanted.ts";
import type { PlaybackCall } from "../undo/play_back_after_call.ts";
import { plan } from "./plan.ts";
import { mayPlayBack, reservedMs } from "../undo/plays_back.ts";
import { handlerRunner, type WrapCapabilities } from "./handler_runner.ts";
import { siteForCall } from "../site/site.ts";
import type { Background } from "./start_background.ts";
import { approved, brokenSite, isPassedOver, usableHandlers } from "./usable_handlers.ts";
import { Deadline } from "../base/deadline.ts";
import { formatIssue } from "../base/issue.ts";
import { recordId, type UndoneEntry } from "../records/record.ts";
import { appendRecord, makeRecord, type RecordOfCall } from "../records/write_record.ts";
import { LazyJournal } from "../undo/lazy_journal.ts";
import type { Config } from "../site/config.ts";
import type { HandlerIndex } from "../site/handler_index.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import { timeoutFor } from "../site/settings.ts";
import type { HookEvent } from "../protocol/event.ts";
import { HookData, HookDataError } from "../protocol/hook_data.ts";
import type { Operation } from "../protocol/operations.ts";
import { abort, goOn, type Reply } from "../protocol/reply.ts";
import { Loop } from "../system/loop.ts";
import { callerName, environmentNames } from "../system/proc.ts";
import { userId } from "../system/self.ts";
import { StdinReader } from "../system/stdin.ts";

/** Largest input that is read, in bytes: libvirt's documents are a few KiB. */
const INPUT_LIMIT = 16 * 1024 * 1024;
/** Left of the deadline for everything but handlers: the record and the way out, in milliseconds. */
const ROOM_MS = 50;

/** A hook call for an operation that handlers may have a say in. */
export async function callWithHandlers(
  event: HookEvent,
  known: Operation,
  directories: Directories,
  how: Pick<Performance, "background" | "index">,
): Promise<Reply> {
  const { reply, record, keep } = await performCall(event, known, directories, how);
  const written = makeRecord(event, record);
  appendRecord(directories.log, written, record.log);
  if (isThere(directories.journald)) {
    const { sendToJournald } = await import("../records/journald.ts");
    sendToJournald(written, directories.journald);
  }
  if (keep !== undefined) {
    const { keepForReplay } = await import("../records/replay_calls.ts");
    const { id, time, driver, object, subOperation, extra, caller } = written;
    const call = { id, time, driver, object, operation: event.calledOperation, subOperation, extra };
    keepForReplay(directories.log, {
      ...call,
      xml: keep.xml(),
      environment: keep.environment,
      ...(caller === undefined ? {} : { caller }),
    }, keep.most);
  }
  return reply;
}

/** What is different when an admin plays a call instead of libvirt making it. */
export interface Play {
  /** The XML, in place of standard input. */
  input: Uint8Array;
  /** When the call began, on the clock of `performance.now()`: its deadline counts from there. */
  began: number;
  /** The only handler that has a turn. */
  only?: string;
  /** Wraps the powers of handlers, for a call that is to change nothing. */
  wrap?: WrapCapabilities;
  caller?: string;
}

/** How a call is not one that libvirt made: an admin plays it, or one handler of it runs in the background. */
export interface Performance {
  play?: Play | undefined;
  background?: Background | undefined;
  /** What the cache of handlers had, when it was asked already. */
  index?: HandlerIndex | undefined;
}

/** What is kept of a call beside its record, when `config.yaml` wants calls kept. */
interface CallToKeep {
  /** How many calls are kept in all. */
  most: number;
  /** Standard input as text; it is read now when no handler has. */
  xml(): string;
  environment: string[];
}

/** A hook call without its record: the reply, and what the record is to say. */
export async function performCall(
  event: HookEvent,
  known: Operation,
  directories: Directories,
  { play, background, index }: Performance = {},
): Promise<{ reply: Reply; record: RecordOfCall; keep?: CallToKeep }> {
  const uid = userId();
  const notes: string[] = [];
  // A play tells of all handlers why they had no turn, so it does without the short cuts.
  const setup = play === undefined
    ? await siteForCall(directories, uid, event, index)
    : await (await import("../site/read_site.ts")).readSite(directories, uid);
  const { config } = setup.config;
  if (index === undefined) removeUnwantedCheckpoint(config, directories);
  if (setup.note !== undefined) notes.push(setup.note);
  const isKept = config.record.keep > 0 && play === undefined && background === undefined;
  // Before a handler runs: with it goes the power to look.
  const environment = isKept ? environmentNames() : [];
  // The deadline counts from the start of the process.
  const timeoutMs = background === undefined ? timeoutFor(config, known) : config.background.timeoutMs;
  const deadline = Deadline.in(timeoutMs, play?.began ?? 0).before(ROOM_MS);
  const loop = new Loop();
  const stdin = new StdinReader(loop, INPUT_LIMIT);
  const data = new HookData(
    event,
    (deadline) => play === undefined ? stdin.read(deadline) : { bytes: play.input },
    deadline,
  );
  const caller = play === undefined && background === undefined ? callerName() : (play ?? background)?.caller;
  const id = recordId();
  const note = (text: string) => void notes.push(text);
  const lazyJournal = new LazyJournal(directories.state, note);

  const { trouble, issues } = setup.config;
  const { handlers, problem } = setup.handlers;
  const faults = [
    ...(trouble === undefined ? [] : [{ trouble, issues }]),
    ...(problem === undefined ? [] : [{ trouble: problem.trouble, issues: [problem.issue] }]),
  ];
  const usable = usableHandlers(handlers, uid, notes);
  const fault = faults.find(({ trouble, issues }) => {
    if (!isPassedOver(trouble, uid)) return true;
    notes.push(...issues.map(formatIssue));
    return false;
  });
  const result = fault !== undefined
    ? brokenSite(event, known, config, fault.issues.map(formatIssue).join("; "))
    : await run(
      await approved(usable, config, directories, uid),
      {
        ...{ event, known, config, loop, data, caller, lazyJournal, directories, id },
        deadline: deadline.before(reservedMs(known, lazyJournal, timeoutMs)),
      },
      play,
      background,
    );
  const isLeft = play !== undefined && await leavesAlone(play, event, directories, note);
  const undone = isLeft ? [] : await playBackFor(
    {
      event,
      known,
      lazyJournal,
      policy: config.policy,
      loop,
      deadline,
      caller,
      run: directories.libvirt,
      note,
    },
    result.verdict === "abort",
    background,
  );
  lazyJournal.close();
  const reply = result.verdict === "abort"
    ? abort(result.reason ?? "no reason known")
    : goOn(data.changedText);
  const record = {
    ...result,
    exitCode: reply.exitCode,
    notes,
    id,
    undone,
    ...(background === undefined ? {} : { background: background.of }),
    log: config.log,
    ...(caller === undefined ? {} : { caller }),
  };
  if (!isKept) return { reply, record };
  data.deadline = deadline;
  return { reply, record, keep: { most: config.record.keep, xml: () => inputText(data), environment } };
}

/** What came on standard input, whole or not at all. */
function inputText(data: HookData): string {
  try {
    return data.isEmpty ? "" : new TextDecoder().decode(data.bytes);
  } catch (error) {
    if (error instanceof HookDataError) return "";
    throw error;
  }
}

interface Call {
  event: HookEvent;
  known: Operation;
  config: Config;
  deadline: Deadline;
  loop: Loop;
  data: HookData;
  caller: string | undefined;
  lazyJournal: LazyJournal;
  directories: Directories;
  /** The record's. */
  id: string;
}

/** A play brings nothing back when it is to change nothing, or when the guest runs and really holds what it holds. */
async function leavesAlone(
  play: Play,
  { driver, object }: HookEvent,
  { libvirt }: Directories,
  note: (text: string) => void,
): Promise<boolean> {
  if (play.wrap !== undefined || driver === "daemon") return true;
  const { isRunning } = await import("../undo/gone_guests.ts");
  const runs = isRunning({ driver, name: object }, libvirt);
  if (runs) note(`${object} runs, so what it holds was left alone`);
  return runs;
}

/** What a background handler's own process leaves behind is another matter than what a call does. */
async function playBackFor(
  call: PlaybackCall,
  aborted: boolean,
  background: Background | undefined,
): Promise<UndoneEntry[]> {
  if (!call.lazyJournal.exists || (background === undefined && !mayPlayBack(call.known, aborted))) return [];
  const { playBackAfter, playBackLate } = await import("../undo/play_back_after_call.ts");
  return background === undefined ? await playBackAfter(call, aborted) : await playBackLate(call);
}

async function run(
  handlers: LoadedHandler[],
  { known, deadline, id, directories, ...shared }: Call,
  play: Play | undefined,
  background: Background | undefined,
): Promise<HandlersResult> {
  const { event, config, data, caller } = shared;
  const { steps: all, left } = plan(event, handlers, config, data);
  const only = play?.only ?? background?.handler;
  const steps = all.filter(({ handler }) => only === undefined || handler.name === only);
  for (const { handler } of all) {
    if (only !== undefined && handler.name !== only) {
      left.push({ name: handler.name, why: `only ${only} is played` });
    }
  }
  if (steps.length === 0) return { verdict: "success", handlers: [], left };
  const detach = play !== undefined || background !== undefined ? undefined : async (handler: string) => {
    const { startBackground } = await import("./start_background.ts");
    return startBackground(event, data, directories, { handler, of: id, caller });
  };
  const setting = { ...shared, detach, ...(play?.wrap && { wrap: play.wrap }) };
  const rootless = userId() !== 0;
  const result = await runHandlers(
    known,
    event.object,
    steps,
    config,
    deadline,
    handlerRunner(setting),
    rootless,
  );
  return { ...result, left: [...left, ...result.left ?? []].sort((a, b) => a.name < b.name ? -1 : 1) };
}
