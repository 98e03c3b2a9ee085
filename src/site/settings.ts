import { matchesOperation } from "../manifest/operation_glob.ts";
import type { OnFailure, Operation } from "../protocol/operations.ts";
import type { Config, Setting } from "./config.ts";
import { isGlob } from "../manifest/operation_glob.ts";
import type { Manifest } from "../manifest/manifest.ts";

const MIB = 1024 * 1024;

/** What holds where there is no `config.yaml`. */
export function defaultConfig(): Config {
  return {
    timeouts: [],
    onFailure: [],
    options: {},
    guests: [],
    policy: {
      deny: { exec: [], read: [], write: [] },
      libvirtClients: "background",
      programs: "trusted",
      approval: "none",
    },
    background: { timeoutMs: 5 * 60_000 },
    record: { keep: 0 },
    checkpoint: true,
    log: { maxSizeBytes: 16 * MIB, keep: 4 },
  };
}

/** The longest that a manifest's `timeout` may ask for where `policy.maxTimeout` says nothing, in milliseconds. */
const MAX_TIMEOUT_MS = 2 * 60_000;

/** How long a whole hook call for this operation may take, in milliseconds, unless a handler asks for more: `callTimeout`. */
export function timeoutFor(config: Config, operation: Operation): number {
  return mostSpecific(config.timeouts, operation)?.value ?? operation.timeoutMs;
}

/** What no handler of this operation may exceed, in milliseconds: `policy.maxTimeout`, by default 2 minutes or what the operation has. */
export function maxTimeout({ policy, ...config }: Config, operation: Operation): number {
  return policy.maxTimeoutMs ?? Math.max(MAX_TIMEOUT_MS, timeoutFor({ policy, ...config }, operation));
}

/**
 * How long one handler may take in milliseconds, before what the call has left
 * cuts it further: its manifest's `timeout`, else what the operation has,
 * within `maxTimeout`; in mode `background` within `background.timeout`.
 */
export function handlerTimeout(config: Config, manifest: Manifest, operation: Operation): number {
  if (manifest.mode === "background") {
    const most = config.background.timeoutMs;
    return Math.min(most, manifest.timeoutMs ?? most, config.policy.maxTimeoutMs ?? most);
  }
  return Math.min(manifest.timeoutMs ?? timeoutFor(config, operation), maxTimeout(config, operation));
}

/** The time of a handler that has asked for more than the operation has, in milliseconds; undefined for every other. */
export function longTimeout(
  config: Config,
  manifest: Manifest | undefined,
  operation: Operation,
): number | undefined {
  if (manifest?.timeoutMs === undefined || manifest.mode === "background") return undefined;
  const own = handlerTimeout(config, manifest, operation);
  return own > timeoutFor(config, operation) ? own : undefined;
}

/**
 * How long a hook call may take in which these handlers run, in milliseconds:
 * what the operation has, which they share, and beside it the time of each that
 * has asked for more than that.
 */
export function callTimeout(
  config: Config,
  operation: Operation,
  handlers: readonly { manifest?: Manifest }[],
): number {
  const long = handlers.map(({ manifest }) => longTimeout(config, manifest, operation));
  const rest = long.length === 0 || long.includes(undefined) ? timeoutFor(config, operation) : 0;
  return long.reduce((sum: number, ms) => sum + (ms ?? 0), rest);
}

/**
 * What the failure of a handler does to this operation: what its manifest
 * says, else `config.yaml`, else libvirt's own default; `ignore` always where
 * a failure would do only harm.
 *
 * @param manifest Absent for a handler whose manifest could not be read.
 */
export function onFailureFor(
  config: Config,
  manifest: Pick<Manifest, "onFailure"> | undefined,
  operation: Operation,
): OnFailure {
  if (!operation.mayAbort) return "ignore";
  return manifest?.onFailure ?? mostSpecific(config.onFailure, operation)?.value ?? operation.onFailure;
}

/** Of the settings for an operation the most specific: a full name before any glob, then the glob with more characters of its own, then the later. */
function mostSpecific<T>(settings: readonly Setting<T>[], operation: Operation): Setting<T> | undefined {
  let best: Setting<T> | undefined;
  for (const setting of settings) {
    if (!matchesOperation(setting.on, operation.driver, operation.name)) continue;
    if (!best || specificity(setting.on) >= specificity(best.on)) best = setting;
  }
  return best;
}

function specificity(pattern: string): number {
  return isGlob(pattern) ? pattern.replace(/[*?]/g, "").length : Infinity;
}
