import { CAPABILITIES } from "./capabilities.ts";

/** The names that the prelude needs to make `host` and `event`, when the engine's image is built. */
export interface HostCalls {
  /** Calls of `host` that return a promise, and those that return a value: `fs.read`. */
  promises: string[];
  values: string[];
  /** Fields of `event` that are fetched when a handler reads them. */
  fields: string[];
}

/** The answer to the prelude's request at its set-up. */
export function hostCalls(): HostCalls {
  const all = [...CAPABILITIES.values()];
  const offered = (isSync: boolean) =>
    all.filter((one) => one.isInternal !== true && (one.isSync === true) === isSync).map(({ name }) => name);
  const fields = all.flatMap(({ name }) => name.startsWith("event.") ? [name.slice("event.".length)] : []);
  return { promises: offered(false), values: offered(true), fields };
}
