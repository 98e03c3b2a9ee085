import type { Answer, CallContext, Capability, Pending } from "./capability.ts";
import type { Json } from "../base/json.ts";

/**
 * A capability whose code is loaded when a handler first uses it: reading code
 * that is not needed is what a hook call spends most of its own time on.
 */
export function lazily(load: () => Promise<Capability>): Capability {
  let loaded: Capability | undefined;
  return (args, context) =>
    loaded?.(args, context) ?? new Loading(load, args, context, (one) => loaded = one);
}

/** A call that waits for its code, and then is that call. */
class Loading implements Pending {
  readonly pending = true;
  ready: Promise<void> | undefined;
  #inner: Pending | undefined;
  #waits = true;

  constructor(
    load: () => Promise<Capability>,
    args: readonly Json[],
    context: CallContext,
    keep: (capability: Capability) => void,
  ) {
    this.ready = load().then((capability) => {
      keep(capability);
      this.ready = undefined;
      if (this.#waits) this.#begin(capability(args, context), context);
    }).catch((error) => {
      this.#waits = false;
      this.ready = undefined;
      const message = error instanceof Error ? error.message : String(error);
      context.answer({ error: { name: "Error", message: `internal error, please report it: ${message}` } });
    });
  }

  get running(): boolean {
    return this.#waits || this.#inner?.running === true;
  }

  stop(): void {
    this.#waits = false;
    this.#inner?.stop();
  }

  kill(): void {
    this.#waits = false;
    this.#inner?.kill();
  }

  #begin(answer: Answer | Pending, context: CallContext): void {
    this.#waits = false;
    if (!("pending" in answer)) return context.answer(answer);
    this.#inner = answer;
    this.ready = answer.ready;
  }
}
