import type { Json } from "../base/json.ts";
import type { Deadline } from "../base/deadline.ts";
import type { Loop } from "../system/loop.ts";
import type { Grant } from "./grant.ts";

/** Why a call of a handler failed, as the handler will see it: an error with this name and message. */
export interface CallError {
  /** `NotAllowed`, `TypeError`, `SystemError`, `CommandFailed`, `TimeoutError`. */
  name: string;
  message: string;
  /** An errno's name where the system refused, as `ENOENT`. */
  code?: string;
  /** What `exec` would have given back. */
  result?: Json;
}

/** A call that failed. */
export type Failure = { error: CallError };

export type Answer = { value: Json } | Failure;

/** A call under way. It is told to stop when its handler is over. */
export interface Pending {
  pending: true;
  /** Asks it to end (SIGTERM to a command's group). */
  stop(): void;
  /** Ends it for good (SIGKILL); afterwards it is not waited for any more. */
  kill(): void;
  /** Whether something of it still runs. */
  readonly running: boolean;
  /** A module that has to be loaded first: the one thing that the loop of a hook call cannot wait for by itself. */
  readonly ready?: Promise<void>;
}

/** What a call may use. */
export interface CallContext {
  loop: Loop;
  /** The handler's own: nothing waits longer. */
  deadline: Deadline;
  grant: Grant;
  /** Has something done when the handler is over, however it ends. */
  atEnd(act: () => void): void;
  /** Gives the answer of a call that was pending. */
  answer(answer: Answer): void;
}

/** One power of `host`: checks the arguments and the grant, then acts. Arguments are hostile: any JSON. */
export type Capability = (args: readonly Json[], context: CallContext) => Answer | Pending;

/** The arguments are not of the form the call wants. */
export function misuse(message: string): Failure {
  return { error: { name: "TypeError", message } };
}

/** The manifest does not allow it; `hint` says what to add. */
export function notAllowed(message: string, hint: string): Failure {
  return { error: { name: "NotAllowed", message: `${message}; ${hint}` } };
}

/** A value that is there, as JSON. */
export function value(value: Json): Answer {
  return { value };
}
