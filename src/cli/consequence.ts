import { EVENT } from "../protocol/operations.ts";
import type { HookRecord } from "../records/record.ts";

/** What libvirt does when the hook lets an operation continue, or aborts it. */
interface Fate {
  goOn: string;
  /** Absent where a failure would do only harm or nothing, so that hookvisor never aborts it. */
  abort?: string;
}

// Seen with libvirt 9.0.0, 11.3.0 and 12.8.0; docs/operations.md says more.
const DOMAIN: Readonly<Record<string, Fate>> = {
  prepare: {
    goOn: "continues the start of the guest",
    abort: "does not start the guest and shows the reason to whoever started it; stopped and release follow",
  },
  start: {
    goOn: "continues the start of the guest",
    abort: "does not start the guest and shows the reason to whoever started it; stopped and release follow",
  },
  started: {
    goOn: "lets the guest run",
    abort: "kills the guest, which already runs; stopped and release follow",
  },
  stopped: { goOn: "ignores the answer: the guest has stopped already" },
  release: { goOn: "ignores the answer: the guest is gone already" },
  migrate: {
    goOn: "continues the migration",
    abort: "cancels the migration; the guest keeps running at the source",
  },
  restore: {
    goOn: "restores the guest",
    abort: "does not restore the guest; a saved file stays, but libvirt 11.3.0 deletes a managed save",
  },
  reconnect: { goOn: "takes over the running guest again" },
  attach: { goOn: "attaches the guest" },
};

const NETWORK: Readonly<Record<string, Fate>> = {
  start: {
    goOn: "brings the network up",
    abort: "does not bring the network up and shows the reason to whoever started it; stopped follows",
  },
  started: {
    goOn: "lets the network run",
    abort: "takes the network down again (9.0.0 leaves its bridge and dnsmasq behind)",
  },
  stopped: { goOn: "ignores the answer: the network is down already" },
  updated: {
    goOn: "keeps the change",
    abort: "keeps the change anyway; with --config alone it reports an error",
  },
  "port-created": {
    goOn: "connects the guest's interface",
    abort:
      "does not start the guest, or does not attach the interface; the guest's stopped and release follow",
  },
  "port-deleted": { goOn: "ignores the answer: the interface is gone already" },
};

const UNKNOWN: Fate = { goOn: "continues", abort: "most likely aborts the operation" };

/** What libvirt does with a verdict, to be read after the word "libvirt". */
export function consequence(
  { driver, operation, subOperation, verdict }: Pick<
    HookRecord,
    "driver" | "operation" | "subOperation" | "verdict"
  >,
): string {
  if (subOperation === EVENT) return "waits for no answer to an event";
  if (driver === "daemon") return "ignores the answer";
  const fates = driver === "network" ? NETWORK : DOMAIN;
  const fate = Object.hasOwn(fates, operation) ? fates[operation]! : UNKNOWN;
  return verdict === "abort" && fate.abort !== undefined ? fate.abort : fate.goOn;
}
