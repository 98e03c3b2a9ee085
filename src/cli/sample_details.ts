import type { Json } from "../base/json.ts";

const DISK = { device: "virtio-disk0", disk: "vda" };
const PATH = "/var/lib/libvirt/images/sample.qcow2";

/** What libvirt would report of an event, in the terms of docs/watch.md; it matches the sample XML. */
const DETAILS: Readonly<Record<string, Record<string, Json>>> = {
  crashed: { reason: "panicked", onCrash: "destroy" },
  rebooted: {},
  watchdog: { action: "reset" },
  "io-error": { ...DISK, path: PATH, action: "pause", reason: "enospc" },
  paused: { reason: "paused" },
  resumed: { reason: "unpaused" },
  "pm-suspended": { to: "memory" },
  "pm-woken": {},
  "shutdown-requested": { reason: "guest" },
  "agent-connected": { reason: "channel" },
  "agent-disconnected": { reason: "channel" },
  "device-added": { device: "net1" },
  "device-removed": { device: "net1" },
  "device-removal-failed": { device: "net1" },
  "block-threshold": { disk: "vda", path: PATH, threshold: 1_073_741_824, excess: 65_536 },
  "block-job": { disk: "vda", job: "commit", result: "completed" },
  "job-completed": { job: "save", success: true, statistics: { operation: 2, time_elapsed: 1500 } },
  "memory-failure": { recipient: "guest", action: "inject", actionRequired: true, recursive: false },
  "disk-changed": { ...DISK, oldPath: PATH, newPath: null, reason: "missing-on-start" },
  tray: { ...DISK, state: "open" },
  balloon: { actualKiB: 1_048_576 },
};

/** @throws {Error} for an operation that is not an event */
export function sampleDetails(operation: string): Record<string, Json> {
  const details = DETAILS[operation];
  if (details === undefined) throw new Error(`${operation} is no event`);
  return details;
}
