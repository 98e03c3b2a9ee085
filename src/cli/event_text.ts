import type { HookRecord } from "../records/record.ts";

/** What libvirt reported of an event, in one line: `reason panicked, onCrash restart`. Omits lists and statistics. */
export function eventText(event: NonNullable<HookRecord["event"]>): string {
  return Object.entries(event).flatMap(([name, value]) => {
    if (value === true) return [name];
    return typeof value === "string" || typeof value === "number" ? [`${name} ${value}`] : [];
  }).join(", ");
}
