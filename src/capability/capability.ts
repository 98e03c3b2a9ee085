import type { CallRecord } from "../base/call_record.ts";
import type { Deadline } from "../base/deadline.ts";
import type { Json } from "../base/json.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { HookData } from "../protocol/hook_data.ts";
import type { XmlEditor } from "../protocol/xml/editor.ts";
import type { Loop } from "../system/loop.ts";
import type { Guest } from "../undo/held_changes.ts";
import type { LazyJournal } from "../undo/lazy_journal.ts";
import type { Grant } from "./grant.ts";

/** Why a handler's call failed, as the handler will see it: an error with this name and message. */
export interface CallError {
  /** `NotAllowed`, `TypeError`, `SystemError`, `CommandFailed`, `TimeoutError`. */
  name: string;
  message: string;
  /** The errno's name where the system refused, such as `ENOENT`. */
  code?: string;
  /** What `exec` would have returned. */
  result?: Json;
}

/** A call that failed. */
export type Failure = { error: CallError };

export type Answer = { value: Json } | Failure;

/** A call under way. It must stop when its handler ends. */
export interface Pending {
  pending: true;
  /** Asks it to end (SIGTERM to a command's group). */
  stop(): void;
  /** Kills it (SIGKILL); afterwards no process waits for it. */
  kill(): void;
  /** Whether any part of it still runs. */
  readonly running: boolean;
  /** After `kill`: it did not end, and may still finish what it was doing in the kernel. */
  readonly isLeftBehind?: boolean;
}

/** The handler that makes the calls: one object for its whole run. */
export interface RunningHandler {
  readonly name: string;
  /** Who holds what it sets. */
  readonly guest: Guest;
  /** `state: keep` in its manifest. */
  readonly keepsState: boolean;
  readonly event: HookEvent;
  readonly data: HookData;
  readonly lazyJournal: LazyJournal;
  /** Its edits of the XML, once it has made any. */
  editor?: XmlEditor;
}

/** What a call may use. */
export interface CallContext {
  handler: RunningHandler;
  loop: Loop;
  /** The handler's own deadline: nothing waits longer. */
  deadline: Deadline;
  grant: Grant;
  /** Registers something to do when the handler ends, however it ends. */
  atEnd(act: () => void): void;
  /** Ends the handler as failed, for this reason. */
  fail(reason: string): void;
  /** Delivers the answer of a pending call. */
  answer(answer: Answer): void;
}

/** Receives, in words, what a dry run did not do: `write "x" to /a`. */
export type Tell = (what: string) => void;

/**
 * One thing that a handler can ask of the host, whole: its name, its checks,
 * its effect, and what a dry run does instead. capabilities.ts lists them all.
 *
 * Arguments are hostile: any JSON. `run` and `dryRun` check them and the grant
 * before anything else, and never throw because of what a handler does.
 */
export interface Capability {
  /** As handlers write it after `host.`, such as `fs.write`. */
  readonly name: string;
  /** The key of a manifest's `allow` that it is checked against; absent: every handler may. */
  readonly within?: "exec" | "scripts" | "read" | "write" | "xml";
  /** It changes nothing that outlives the handler, so a dry run executes it. */
  readonly looksOnly?: true;
  /** It returns its answer directly, not as a promise. */
  readonly isSync?: true;
  /** Handlers reach it through the prelude's code, not as `host.<name>`. */
  readonly isInternal?: true;
  /** It runs once SQLite is loaded, so that it can use `handler.lazyJournal`. */
  readonly usesJournal?: true;
  /** The record does not list it as a call: `fail`, which is the outcome. */
  readonly isUnrecorded?: true;
  /** What the record keeps of a call; absent: its first argument. */
  record?(args: readonly Json[]): Pick<CallRecord, "what" | "level" | "fields" | "runAs" | "env" | "stdin">;
  run(args: readonly Json[], context: CallContext): Answer | Pending;
  /**
   * The same checks, and an answer with which the handler can continue, without the effect. Absent: see
   * `perform`.
   */
  dryRun?(args: readonly Json[], context: CallContext, tell: Tell): Answer | Pending;
}

/** The arguments do not have the form that the call requires. */
export function misuse(message: string): Failure {
  return { error: { name: "TypeError", message } };
}

/** The manifest does not allow it; `hint` says what to add. */
export function notAllowed(message: string, hint: string): Failure {
  return { error: { name: "NotAllowed", message: `${message}; ${hint}` } };
}

/** A value that exists, as JSON. */
export function value(value: Json): Answer {
  return { value };
}
