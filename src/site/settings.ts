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
    policy: {
      deny: { exec: [], read: [], write: [] },
      libvirtClients: "deny",
      programs: "trusted",
      approval: "none",
    },
    background: { timeoutMs: 5 * 60_000 },
    record: { keep: 0 },
    checkpoint: true,
    log: { maxSizeBytes: 16 * MIB, keep: 4 },
  };
}

/** How long a whole hook call for this operation may take, in milliseconds. */
export function timeoutFor(config: Config, operation: Operation): number {
  return mostSpecific(config.timeouts, operation)?.value ?? operation.timeoutMs;
}

/**
 * How long one handler may take in milliseconds, before what the call has left
 * cuts it further: its manifest's `timeout` within `policy.maxTimeout`, or in
 * mode `background` within `background.timeout`.
 */
export function handlerTimeout(config: Config, manifest: Manifest, operation: Operation): number {
  const call = manifest.mode === "background" ? config.background.timeoutMs : timeoutFor(config, operation);
  return Math.min(call, manifest.timeoutMs ?? call, config.policy.maxTimeoutMs ?? call);
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
