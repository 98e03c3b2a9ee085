import { isGlob, matchesOperation } from "../manifest/operation_glob.ts";
import { OPERATIONS } from "../protocol/operations.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import { isWatching } from "../watch/only_watch.ts";

/** What must be done so that handlers get events. */
export const WATCH_REMEDY = "systemctl enable --now hookvisor-watch";

/** The handlers that get no event unless `hookvisor watch` runs. */
export interface WatchNeed {
  /** Handlers that name an event. */
  named: string[];
  /** Handlers with a glob that includes some, such as `qemu/*`. */
  byGlob: string[];
  /** It runs. */
  isWatching: boolean;
}

/** @param state the directory of this host's watch lock */
export function watchNeed(handlers: readonly LoadedHandler[], state: string): WatchNeed {
  const globs = handlers.flatMap(({ name, manifest }) =>
    (manifest?.on ?? []).filter(({ value }) => isForEvent(value)).map(({ value }) => ({ name, value }))
  );
  const namesOf = (some: typeof globs) => [...new Set(some.map(({ name }) => name))];
  const named = namesOf(globs.filter(({ value }) => !isGlob(value.split("/")[1] ?? "")));
  const byGlob = namesOf(globs).filter((name) => !named.includes(name));
  return { named, byGlob, isWatching: isWatching(state) };
}

/** `20-a and 30-b are for events, which hookvisor watch brings; it does not run`; undefined when no handler names one. */
export function watchSentence({ named, isWatching }: WatchNeed): string | undefined {
  if (named.length === 0) return undefined;
  const are = named.length === 1 ? "is" : "are";
  const runs = isWatching ? "which runs" : `which does not run: ${WATCH_REMEDY}`;
  return `${named.join(", ")} ${are} for events, which need hookvisor watch, ${runs}`;
}

function isForEvent(glob: string): boolean {
  return OPERATIONS.some(({ event, driver, name }) =>
    event !== undefined && matchesOperation(glob, driver, name)
  );
}
