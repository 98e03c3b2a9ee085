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

export type Answer = { value: Json } | { error: CallError };

/** A call under way. It is told to stop when its handler is over. */
export interface Pending {
  pending: true;
  /** Asks it to end (SIGTERM to a command's group). */
  stop(): void;
  /** Ends it for good (SIGKILL); afterwards it is not waited for any more. */
  kill(): void;
  /** Whether something of it still runs. */
  readonly running: boolean;
}

/** What a call may use. */
export interface CallContext {
  loop: Loop;
  /** The handler's own: nothing waits longer. */
  deadline: Deadline;
  grant: Grant;
  /** Gives the answer of a call that was pending. */
  answer(answer: Answer): void;
}

/** One power of `host`: checks the arguments and the grant, then acts. Arguments are hostile: any JSON. */
export type Capability = (args: readonly Json[], context: CallContext) => Answer | Pending;

/** The arguments are not of the form the call wants. */
export function misuse(message: string): Answer {
  return { error: { name: "TypeError", message } };
}

/** The manifest does not allow it; `hint` says what to add. */
export function notAllowed(message: string, hint: string): Answer {
  return { error: { name: "NotAllowed", message: `${message}; ${hint}` } };
}

/** A value that is there, as JSON. */
export function value(value: Json): Answer {
  return { value };
}
