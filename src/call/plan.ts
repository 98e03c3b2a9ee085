import { whenFails } from "./when.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { Config } from "../site/config.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import { guestOfCall, type MatchCall, matchManifest } from "../manifest/match.ts";
import { type AppliedOptions, applyOptions } from "../site/options.ts";
import { orderHandlers } from "../site/order.ts";
import { onFailureFor } from "../site/settings.ts";
import type { HookData } from "../protocol/hook_data.ts";
import { HookDataError } from "../protocol/hook_data_error.ts";
import type { OnFailure } from "../protocol/operations.ts";

/** One handler that runs in a hook call, or a broken one that may have been written for it. */
export interface PlannedHandler {
  handler: LoadedHandler;
  onFailure: OnFailure;
  /** With what `config.yaml` says for the call's guest; absent where there is no manifest. */
  options?: AppliedOptions;
  /**
   * Why hookvisor could not decide whether the handler matches this call; the handler then counts as failed.
   */
  problem?: string;
}

/** What a hook call will do. */
export interface Plan {
  /** In the order they run. */
  steps: PlannedHandler[];
  /** The other handlers, and why each does not match this call. */
  left: { name: string; why: string }[];
}

/**
 * Chooses and orders the handlers for a call, and runs none.
 *
 * @param only the name of the only handler to run
 */
export function plan(
  event: HookEvent,
  handlers: readonly LoadedHandler[],
  config: Config,
  data: HookData,
  only?: string,
): Plan {
  const { known } = event;
  if (known === undefined) return { steps: [], left: [] };
  const left: Plan["left"] = [];
  const chosen = new Map<string, PlannedHandler>();
  for (const handler of handlers) {
    const step = { handler, onFailure: onFailureFor(config, handler.manifest, known) };
    try {
      const why = whyNot(handler, event, data);
      if (why !== undefined) left.push({ name: handler.name, why });
      else if (only !== undefined && handler.name !== only) {
        left.push({ name: handler.name, why: `--handler names ${only} only` });
      } else chosen.set(handler.name, { ...step, ...optionsFor(handler, event, config, data) });
    } catch (error) {
      if (!(error instanceof HookDataError)) throw error;
      chosen.set(handler.name, { ...step, problem: `its filters or options need the XML: ${error.message}` });
    }
  }
  const steps = orderHandlers([...chosen.keys()], known.teardown).map((name) => chosen.get(name)!);
  return { steps, left };
}

function optionsFor(
  { manifest, name }: LoadedHandler,
  event: HookEvent,
  config: Config,
  data: HookData,
): Pick<PlannedHandler, "options"> {
  if (manifest === undefined) return {};
  // Finding the port's owner requires reading the XML.
  const forGuests = config.guests.some(({ options }) => Object.hasOwn(options, name));
  const guest = forGuests ? guestOfCall(matchCall(event, data)) : undefined;
  return { options: applyOptions(manifest, config, name, guest) };
}

function matchCall({ driver, operation, object }: HookEvent, data: HookData): MatchCall {
  return { driver, operation, name: object, uuid: () => data.uuid, owner: () => data.owner };
}

function whyNot(handler: LoadedHandler, event: HookEvent, data: HookData): string | undefined {
  const { driver, operation } = event;
  const { manifest } = handler;
  if (manifest === undefined) {
    return handler.mayMatch(driver, operation) ? undefined : `on does not name ${driver}/${operation}`;
  }
  const match = matchManifest(manifest, matchCall(event, data));
  if (!match.matches) return match.why;
  return manifest.when === undefined ? undefined : whenFails(manifest.when, event, data);
}
