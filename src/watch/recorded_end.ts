import type { MissedEvent } from "./guest_states.ts";
import { newestRecords } from "../records/history.ts";

/** What libvirt 10 and later pass to `release` (`virDomainShutoffReason`) for an end that needs no report. */
const MEANT_TO_END: ReadonlySet<string> = new Set([
  "shutdown",
  "destroyed",
  "migrated",
  "saved",
  "from snapshot",
]);
/** Of these an event's reason has the same words. */
const ENDED_BADLY: ReadonlySet<string> = new Set(["crashed", "failed"]);
const STARTS: ReadonlySet<string> = new Set(["prepare", "start", "started", "reconnect", "attach"]);

/**
 * What hookvisor's own records add to a missed event of a guest that libvirt no longer knows: why it ended.
 *
 * @returns the event, with the recorded reason if there is one; undefined if the guest ended on purpose
 */
export function withRecordedEnd(log: string, driver: string, event: MissedEvent): MissedEvent | undefined {
  if (event.fields.reason !== "vanished") return event;
  const end = recordedEnd(log, driver, event.domain.name);
  if (end === undefined) return event;
  if (MEANT_TO_END.has(end)) return undefined;
  return ENDED_BADLY.has(end) ? { ...event, fields: { reason: end } } : event;
}

/** The reason in the guest's last `release`, unless it has started again since. */
function recordedEnd(log: string, driver: string, name: string): string | undefined {
  for (const { operation, extra } of newestRecords(log, { driver, object: name })) {
    if (operation === "release") return extra;
    if (STARTS.has(operation)) return undefined;
  }
  return undefined;
}
