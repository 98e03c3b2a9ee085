import type { CallRecord } from "../base/call_record.ts";
import { ownCopy } from "../base/own_copy.ts";
import type { Json } from "../base/json.ts";

const LONGEST = 300;

/** A new record of a call. Arguments are whatever the guest sent. */
export function callRecord(call: string, args: readonly Json[], at: number): CallRecord {
  const [first, second, third] = args;
  const record: CallRecord = { call, what: "", at: round(at) };
  if (call === "log") {
    record.level = ownCopy(String(first).slice(0, 10));
    record.what = short(second);
    if (third !== undefined && third !== null) {
      record.fields = JSON.stringify(third).length > 2000 ? "…" : third;
    }
  } else if ((call === "exec" || call === "undo") && Array.isArray(second)) {
    record.what = short(
      [first, ...second].map((word) => typeof word === "string" ? word : JSON.stringify(word)).join(" "),
    );
  } else {
    record.what = short(first);
  }
  return record;
}

export function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function short(value: Json | undefined): string {
  const text = typeof value === "string"
    ? value
    : value === undefined || value === null
    ? ""
    : JSON.stringify(value);
  return text.length > LONGEST ? ownCopy(`${text.slice(0, LONGEST)}…`) : text;
}
