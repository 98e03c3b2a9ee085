import { matchesOperation } from "../manifest/operation_glob.ts";
import type { OnFailure, Operation } from "../protocol/operations.ts";
import type { Config, Setting } from "./config.ts";
import { isGlob } from "../manifest/operation_glob.ts";
import type { Manifest } from "../manifest/manifest.ts";

const MIB = 1024 * 1024;

/** The settings without a `config.yaml`. */
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

/** The longest that a manifest's `timeout` may ask for where `policy.maxTimeout` is not set, in milliseconds. */
const MAX_TIMEOUT_MS = 2 * 60_000;

/** How long a whole hook call for this operation may take, in milliseconds, unless a handler asks for more: `callTimeout`. */
export function timeoutFor(config: Config, operation: Operation): number {
  return mostSpecific(config.timeouts, operation)?.value ?? operation.timeoutMs;
}

/**
 * What no handler of this operation may exceed, in milliseconds: `policy.maxTimeout`, by default 2 minutes or
 * the operation's own limit.
 */
export function maxTimeout({ policy, ...config }: Config, operation: Operation): number {
  return policy.maxTimeoutMs ?? Math.max(MAX_TIMEOUT_MS, timeoutFor({ policy, ...config }, operation));
}

/**
 * How long one handler may take in milliseconds, before the call's remaining
 * time reduces it further: its manifest's `timeout`, else the operation's
 * limit, within `maxTimeout`; in mode `background` within `background.timeout`.
 */
export function handlerTimeout(config: Config, manifest: Manifest, operation: Operation): number {
  if (manifest.mode === "background") {
    const most = config.background.timeoutMs;
    return Math.min(most, manifest.timeoutMs ?? most, config.policy.maxTimeoutMs ?? most);
  }
  return Math.min(manifest.timeoutMs ?? timeoutFor(config, operation), maxTimeout(config, operation));
}

/**
 * The timeout of a handler that asks for more than the operation's limit, in milliseconds; undefined for
 * every other.
 */
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
 * How long a hook call with these handlers may take, in milliseconds: the
 * operation's limit, which they share, plus the timeout of each handler that
 * asks for more than that.
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
 * What a handler's failure does to this operation: its manifest decides, else
 * `config.yaml`, else libvirt's own default; always `ignore` where a failure
 * could only do harm.
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

/**
 * The most specific of the settings for an operation: a full name before any glob, then the glob with more
 * literal characters, then the later one.
 */
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
