import type { HookEvent } from "../protocol/event.ts";
import type { Config } from "../manifest/config.ts";
import type { LoadedHandler } from "../manifest/load.ts";
import { type MatchCall, matchManifest } from "../manifest/match.ts";
import { orderHandlers } from "../manifest/order.ts";
import { onFailureFor } from "../manifest/settings.ts";
import type { OnFailure } from "../protocol/operations.ts";

/** One handler that has its turn in a hook call, or a broken one that may have been meant for it. */
export interface Step {
  handler: LoadedHandler;
  onFailure: OnFailure;
}

/** What a hook call is going to do. */
export interface Plan {
  /** In the order they run. */
  steps: Step[];
  /** The other handlers, and why each is not for this call. */
  left: { name: string; why: string }[];
}

/** Chooses and orders the handlers for a call. Nothing is run. */
export function plan(
  event: HookEvent,
  handlers: readonly LoadedHandler[],
  config: Config,
  call: MatchCall,
): Plan {
  const { known } = event;
  if (known === undefined) return { steps: [], left: [] };
  const left: Plan["left"] = [];
  const chosen = new Map<string, Step>();
  for (const handler of handlers) {
    const why = whyNot(handler, call);
    if (why !== undefined) left.push({ name: handler.name, why });
    else chosen.set(handler.name, { handler, onFailure: onFailureFor(config, handler.manifest, known) });
  }
  const steps = orderHandlers([...chosen.keys()], known.teardown).map((name) => chosen.get(name)!);
  return { steps, left };
}

function whyNot(handler: LoadedHandler, call: MatchCall): string | undefined {
  if (handler.manifest === undefined) {
    return handler.mayMatch(call.driver, call.operation)
      ? undefined
      : `on does not name ${call.driver}/${call.operation}`;
  }
  const match = matchManifest(handler.manifest, call);
  return match.matches ? undefined : match.why;
}
