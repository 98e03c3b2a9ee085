import type { HookRecord } from "../records/record.ts";

/** What libvirt said of an event, in a line: `reason panicked, onCrash restart`. Lists and statistics are left out. */
export function eventText(event: NonNullable<HookRecord["event"]>): string {
  return Object.entries(event).flatMap(([name, value]) => {
    if (value === true) return [name];
    return typeof value === "string" || typeof value === "number" ? [`${name} ${value}`] : [];
  }).join(", ");
}
