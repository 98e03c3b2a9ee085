import type { CallRecord } from "../base/call_record.ts";
import type { Json } from "../base/json.ts";
import { shortText } from "../capability/call_words.ts";
import type { Capability } from "../capability/capability.ts";

/** A new record of a call. Arguments are whatever the guest sent. */
export function callRecord(
  { name, record: words = firstArgument }: Capability,
  args: readonly Json[],
  at: number,
): CallRecord {
  const { what, ...more } = words(args);
  return { call: name, what, at: round(at), ...more };
}

export function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function firstArgument([first]: readonly Json[]): { what: string } {
  return { what: shortText(first) };
}
