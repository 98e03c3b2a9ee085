// Longer than other files: one class, the host's side of one handler's life.
import {
  type Answer,
  type CallContext,
  type CallError,
  type Capability,
  type Pending,
  type RunningHandler,
  type Tell,
} from "../capability/capability.ts";
import { perform } from "../capability/perform.ts";
import type { Grant } from "../capability/grant.ts";
import type { CallRecord } from "../base/call_record.ts";
import { Deadline } from "../base/deadline.ts";
import { firstAndLast } from "../base/first_and_last.ts";
import { ownCopy } from "../base/own_copy.ts";
import type { Json } from "../base/json.ts";
import { type Outcome, SUCCESS } from "../base/outcome.ts";
import type { Loop } from "../system/loop.ts";
import { countValues } from "./count_values.ts";
import { CallRecords } from "./call_records.ts";
import { callRecord, round } from "./new_call_record.ts";
import { type Engine, EngineLost, type GuestThrow } from "./engine.ts";
import { giveBackEngine, makeEngine } from "./make_engine.ts";
import { guestFailure } from "./guest_failure.ts";

/** What to run. */
export interface HandlerTask {
  /** Absolute path of the handler's file, for messages. */
  file: string;
  source: string;
  /** The plain fields of `event`. */
  event: Json;
  options: Json;
  deadline: Deadline;
  /** What it may ask of the host; absent: nothing. */
  host?: HandlerHost;
}

/** The host as one handler has it. */
export interface HandlerHost {
  handler: RunningHandler;
  grant: Grant;
  /** By name; all of CAPABILITIES except in tests. */
  capabilities: ReadonlyMap<string, Capability>;
  /** Nothing may change on this host; this receives what was not done. */
  dryRun?: Tell | undefined;
}

export interface HandlerResult {
  outcome: Outcome;
  calls: CallRecord[];
  /** The number of calls that were not recorded. */
  moreCalls: number;
  ms: number;
  memoryBytes: number;
}

/**
 * Values in the arguments of one call, or in an error: texts may be long, but their parsed values must fit
 * into our own memory.
 */
const MAX_VALUES = 100_000;
/** How many characters of a call's error the record keeps. */
const MAX_ERROR_LENGTH = 2_000;
/** The most calls in progress at once; more are refused. */
const MAX_PENDING = 256;
/**
 * A call that fails this shortly before the handler's deadline failed because of the deadline, in
 * milliseconds.
 */
const LAST_MOMENT_MS = 10;
/**
 * From SIGTERM to SIGKILL, and from SIGKILL to abandoning the process, after a handler's deadline, in
 * milliseconds.
 */
const TERMINATE_MS = 100;
const KILL_MS = 50;
/** Between two checks whether an abandoned process has ended, in milliseconds. */
const LOOK_MS = 5;
/** What the record says of a call that did not end when it had to. */
const LEFT_BEHIND =
  "it did not end when it was ended: it hangs in the kernel, and what it was doing there may yet be done";

/**
 * Runs one handler in an engine of its own until it ends or its deadline passes. Never throws because of what
 * a handler does.
 */
export async function runHandler(
  task: HandlerTask,
  loop: Loop,
): Promise<HandlerResult> {
  return await new Run(task, loop).result();
}

class Run {
  readonly #task: HandlerTask;
  readonly #loop: Loop;
  readonly #started = performance.now();
  readonly #calls = new CallRecords();
  readonly #pending = new Map<number, Pending>();
  readonly #records = new Map<Pending, CallRecord>();
  /**
   * Calls that begin once SQLite is loaded, which is the only thing that a hook call's loop cannot wait for.
   */
  #begin: (() => void)[] = [];
  /** Encoded as text only when needed: many commands may end at once, and JSON can be six times as long. */
  readonly #answers: ({ id: number } & Answer)[] = [];
  readonly #atEnd: (() => void)[] = [];
  /** The first cause of an ending; nothing replaces it. */
  #outcome: Outcome | undefined;
  #engine: Engine | undefined;

  constructor(task: HandlerTask, loop: Loop) {
    this.#task = task;
    this.#loop = loop;
  }

  async result(): Promise<HandlerResult> {
    try {
      await this.#live();
    } catch (error) {
      if (!(error instanceof EngineLost)) throw error;
      this.#end(this.#lost(error));
    }
    this.#stopAll();
    const memoryBytes = this.#engine?.memoryBytes ?? 0;
    if (this.#engine !== undefined) giveBackEngine(this.#engine);
    return {
      outcome: this.#outcome ?? SUCCESS,
      calls: this.#calls.kept,
      moreCalls: this.#calls.more,
      ms: round(performance.now() - this.#started),
      memoryBytes,
    };
  }

  async #live(): Promise<void> {
    const task = this.#task;
    const name = baseName(task.file);
    const host = {
      call: (request: string) => this.#answerCall(request),
      shouldStop: () => this.#outcome !== undefined || task.deadline.passed,
    };
    const engine = this.#engine = makeEngine(host);
    this.#threw(engine.load(task.source, name));
    if (this.#outcome !== undefined) return;
    const start = JSON.stringify({ event: task.event, options: task.options });
    this.#threw(engine.start(name, start));
    while (this.#outcome === undefined) {
      this.#threw(engine.runJobs());
      if (this.#outcome !== undefined) return;
      if (task.deadline.passed) return this.#end(this.#timeout());
      const answer = this.#answers.shift();
      if (answer !== undefined) {
        this.#threw(engine.settle(JSON.stringify(answer)));
      } else if (this.#begin.length > 0) {
        // The only place that Deno's own loop runs.
        await task.host?.handler.lazyJournal.load();
        for (const begin of this.#begin.splice(0)) begin();
      } else if (this.#pending.size > 0) {
        this.#loop.turn(task.deadline);
      } else {
        this.#threw(engine.idle());
        this.#end({
          ok: false,
          cause: "error",
          message: "it waits for a promise that nothing can settle",
        });
      }
    }
  }

  #end(outcome: Outcome): void {
    this.#outcome ??= outcome;
  }

  /**
   * An exception that no handler code caught: a stop that we requested, or an error at the top level of the
   * module.
   */
  #threw(thrown: GuestThrow | undefined): void {
    if (thrown === undefined) return;
    if (this.#task.deadline.passed) this.#end(this.#timeout(thrown.thrown));
    else this.#end(this.#failure(parse(thrown.thrown) ?? null));
  }

  #timeout(where?: string): Outcome {
    const ms = Math.round(this.#task.deadline.at - this.#started);
    const running = [...this.#calls.kept].reverse().find((call) =>
      // A wait for the kernel fails only when the time limit has passed.
      call.ms === undefined || (call.error !== undefined && call.at + call.ms >= ms - LAST_MOMENT_MS)
    );
    const doing = running === undefined ? "" : `, waiting for ${running.call} ${running.what}`.trimEnd();
    const failure = where === undefined ? undefined : this.#failure(parse(where) ?? null);
    return {
      ok: false,
      cause: "timeout",
      message: `timed out after ${ms} ms${doing}`,
      ...(failure?.ok === false && failure.at !== undefined ? { at: failure.at } : {}),
    };
  }

  #lost(error: EngineLost): Outcome {
    if (this.#task.deadline.passed) return this.#timeout();
    return { ok: false, cause: "resources", message: `its engine was stopped: ${error.message}` };
  }

  /** Answers one request of the guest. This answers whatever the guest sends. */
  #answerCall(text: string): string {
    const request = parse(text);
    if (request === undefined) {
      return refuse(`the arguments of one call contain more than ${MAX_VALUES} values`);
    }
    const { call, id, args } = isObject(request) ? request : {};
    if (typeof call !== "string" || !Array.isArray(args)) {
      return refuse("an invalid request");
    }
    if (call === "end") return this.#handlerEnded(args[0]);
    const { host } = this.#task;
    const capability = host?.capabilities.get(call);
    if (host === undefined || capability === undefined) return refuse(`host.${call} does not exist`);
    if (this.#outcome !== undefined) return refuse("the handler has ended");
    if (capability.isSync !== true && this.#pending.size >= MAX_PENDING) {
      return refuse(`more than ${MAX_PENDING} calls at once`);
    }
    const own = typeof id === "number" ? id : -1;
    // Ids come from the guest: a repeated id would make us forget the first call and leave it running.
    if (this.#pending.has(own)) return refuse("a call reuses the id of one that is still running");
    return this.#perform(host, capability, own, args);
  }

  #perform(
    { handler, grant, dryRun }: HandlerHost,
    capability: Capability,
    id: number,
    args: Json[],
  ): string {
    const asked = performance.now();
    const record = callRecord(capability, args, asked - this.#started);
    const kept = capability.isUnrecorded === true || this.#calls.add(record, capability.looksOnly !== true);
    const note = (answer: Answer) => {
      record.ms = round(performance.now() - asked);
      noteAnswer(record, answer);
      if (!kept && isRefusal(answer)) this.#calls.addRefusal(record);
    };
    const context: CallContext = {
      handler,
      grant,
      loop: this.#loop,
      deadline: this.#task.deadline,
      atEnd: (act) => void this.#atEnd.push(act),
      fail: (message) => this.#end({ ok: false, cause: "fail", message }),
      answer: (answer) => {
        if (!this.#pending.delete(id)) return;
        note(answer);
        this.#answers.push({ id, ...answer });
      },
    };
    const begin = () => this.#attempt(() => perform(capability, args, context, dryRun));
    const needsLoading = dryRun === undefined && capability.usesJournal === true &&
      !handler.lazyJournal.isLoaded;
    const answer = needsLoading ? this.#beginLater(id, record, context, begin) : begin();
    if ("pending" in answer) {
      this.#pending.set(id, answer);
      this.#records.set(answer, record);
      return `{"pending":true}`;
    }
    note(answer);
    return JSON.stringify(answer);
  }

  #beginLater(
    id: number,
    record: CallRecord,
    context: CallContext,
    begin: () => Answer | Pending,
  ): Pending {
    this.#begin.push(() => {
      const answer = begin();
      if ("pending" in answer) {
        this.#pending.set(id, answer);
        this.#records.set(answer, record);
      } else context.answer(answer);
    });
    return NOT_BEGUN;
  }

  /** Our own exceptions must not pass through Wasm: they would break the engine and lose the cause. */
  #attempt(act: () => Answer | Pending): Answer | Pending {
    try {
      return act();
    } catch (error) {
      const message = `internal error, please report it: ${
        error instanceof Error ? error.message : String(error)
      }`;
      this.#end({ ok: false, cause: "internal", message });
      return { error: { name: "Error", message } };
    }
  }

  #handlerEnded(told: Json | undefined): string {
    const error = isObject(told) ? told.error : undefined;
    // Being stopped can look like an error to the handler's own code, which then says that it failed.
    if (error !== undefined && this.#task.deadline.passed) this.#end(this.#timeout());
    this.#end(error === undefined ? SUCCESS : this.#failure(error));
    return `{"value":null}`;
  }

  #failure(told: Json): Outcome {
    return guestFailure(this.#task.file, this.#task.source, told);
  }

  /** Ends what still runs: SIGTERM, a moment, SIGKILL, a shorter moment; then it is abandoned. */
  #stopAll(): void {
    const running = [...this.#pending.values()].filter((call) => call.running);
    this.#pending.clear();
    for (const call of running) call.stop();
    this.#waitFor(running, TERMINATE_MS);
    for (const call of running) call.kill();
    this.#waitFor(running, KILL_MS);
    for (const call of running) {
      const record = this.#records.get(call);
      if (record !== undefined && call.isLeftBehind === true) record.error = LEFT_BEHIND;
    }
    for (const act of this.#atEnd) act();
  }

  #waitFor(running: Pending[], ms: number): void {
    const until = Deadline.in(ms);
    const isGoingOn = (call: Pending) => call.running || call.isLeftBehind === true;
    while (!until.passed && running.some(isGoingOn)) {
      this.#loop.turn(Deadline.in(Math.min(LOOK_MS, until.remaining)));
    }
  }
}

/** Nothing has started that could be stopped. */
const NOT_BEGUN: Pending = { pending: true, stop: () => {}, kill: () => {}, running: false };

function noteAnswer(record: CallRecord, answer: Answer): void {
  if ("error" in answer) record.error = ownCopy(answer.error.message.slice(0, MAX_ERROR_LENGTH));
  const result = "error" in answer ? answer.error.result : answer.value;
  if (!["exec", "scripts.run"].includes(record.call) || !isObject(result)) return;
  if (typeof result.code === "number") record.code = result.code;
  else if (typeof result.signal === "string") record.code = result.signal;
  // A script's output goes nowhere else.
  for (const key of record.call === "exec" ? ["stderr"] as const : ["stderr", "stdout"] as const) {
    const text = result[key];
    if (typeof text === "string" && text.trim() !== "") record[key] = ownCopy(firstAndLast(text.trimEnd()));
  }
}

/** Whether the manifest, the policy or the call's own form forbids it. */
function isRefusal(answer: Answer): boolean {
  return "error" in answer && answer.error.name === "NotAllowed";
}

function refuse(message: string): string {
  return JSON.stringify({ error: { name: "TypeError", message } satisfies CallError });
}

/** The parsed JSON, null when it is not JSON, or undefined when it is too large. */
function parse(text: string): Json | undefined {
  if (countValues(text, MAX_VALUES) > MAX_VALUES) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
