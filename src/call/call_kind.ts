import type { TellDryRun } from "./handler_runner.ts";
import type { Deadline } from "../base/deadline.ts";
import type { UndoneEntry } from "../records/record.ts";
import type { Config } from "../site/config.ts";
import type { Directories } from "../site/directories.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import type { Site } from "../site/site.ts";
import type { PlaybackCall } from "../undo/play_back_after_call.ts";
import type { HandlerResult } from "../sandbox/run_handler.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { HookData, Input } from "../protocol/hook_data.ts";
import type { Operation } from "../protocol/operations.ts";
import type { Loop } from "../system/loop.ts";

/**
 * What differs between the three kinds of call: one that libvirt makes (libvirt_call.ts), one that an admin plays
 * (played_call.ts), and one handler that runs on in the background (background_call.ts).
 */
export interface CallKind {
  /** When the call began, as `performance.now()` counts: 0 is the start of the process. */
  began: number;
  /** The process that made the call; undefined where it is unknown. */
  caller: string | undefined;
  /** `config.yaml` and the handlers. */
  site(): Promise<Site>;
  /** The time limit of the whole call that runs these handlers, in milliseconds. */
  timeoutMs(config: Config, known: Operation, handlers: readonly LoadedHandler[]): number;
  /** Reads what libvirt writes to standard input, or its substitute. */
  input(loop: Loop): (deadline: Deadline) => Input;
  /** The name of the only handler that runs; absent: all that match. */
  only?: string | undefined;
  /** Starts a handler of mode background in a separate process; absent: it runs in this process. */
  startBackground?: StartBackground;
  /** The call may change nothing; this receives what the handlers would have done. */
  dryRun?: TellDryRun | undefined;
  /** A supervisor waits, and answers if this process does not (system/supervisor.ts). */
  tellSupervisor?: true;
  /** Undoes, after the handlers, what is no longer held; `aborted` says whether the operation was refused. */
  giveBack(call: PlaybackCall, aborted: boolean): Promise<UndoneEntry[]>;
  /** The id of the call whose background handler this is, for the record. */
  background?: string;
}

/** One handler of a call that continues alone, in a separate process. */
export interface Background {
  handler: string;
  /** The id of the call that started it. */
  of: string;
  /** The process that made that call. */
  caller?: string | undefined;
}

/** Starts a handler of mode background; the result says that it runs, or why it could not start. */
export type StartBackground = (
  event: HookEvent,
  data: HookData,
  directories: Directories,
  background: Background,
) => HandlerResult & { background?: true };
