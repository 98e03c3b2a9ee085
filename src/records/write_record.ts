import { jsonText } from "../base/json_text.ts";
import { type HookRecord, recordId } from "./record.ts";
import type { HookEvent } from "../protocol/event.ts";
import { appendLine } from "../system/append.ts";
import { isRestored } from "../system/restored.ts";

/** A hook call as the record names it, even one with missing arguments. */
export type RecordedEvent = Omit<HookEvent, "driver" | "known"> & { driver: string };

/** What a call adds to its event to make a record. */
export type RecordOfCall = Pick<HookRecord, "verdict" | "exitCode" | "handlers"> & {
  reason?: string;
  notes?: string[];
  caller?: string;
  left?: HookRecord["left"];
  undone?: HookRecord["undone"];
  background?: string;
  /** Set in advance where something already refers to it. */
  id?: string;
  /** Of an event's own accord, where it is none of `RecordedEvent`. */
  event?: HookRecord["event"];
  log?: { maxSizeBytes: number; keep: number };
};

/** How the log of events is kept unless `config.yaml` says otherwise (see site/settings.ts). */
const DEFAULT_LOG = { maxSizeBytes: 16 * 1024 * 1024, keep: 4 };

/**
 * Appends the record of one hook call to `events.jsonl` in `directory`.
 *
 * @returns why it could not, or undefined; it never throws
 */
export function writeRecord(directory: string, event: RecordedEvent, call: RecordOfCall): string | undefined {
  return appendRecord(directory, makeRecord(event, call), call.log);
}

/** Appends a finished record; otherwise like `writeRecord`. */
export function appendRecord(
  directory: string,
  record: HookRecord,
  { maxSizeBytes, keep } = DEFAULT_LOG,
): string | undefined {
  const file = { path: `${directory}/events.jsonl`, maxSize: maxSizeBytes, keep };
  return appendLine(file, jsonText(record));
}

/**
 * The record of a call that ends now.
 *
 * @param began when it began, on the clock of `performance.now()`: 0 is the process's start
 */
export function makeRecord(event: RecordedEvent, call: RecordOfCall, began = 0): HookRecord {
  const { driver, object, operation, calledOperation, subOperation, extra } = event;
  const details = event.details ?? call.event;
  return {
    v: 1,
    time: new Date().toISOString(),
    id: call.id ?? recordId(),
    driver,
    object,
    operation,
    ...(calledOperation === operation ? {} : { calledOperation }),
    subOperation,
    extra: details === undefined ? extra : "-",
    ...(details === undefined ? {} : { event: details }),
    ...(call.caller === undefined ? {} : { caller: call.caller }),
    verdict: call.verdict,
    exitCode: call.exitCode,
    ...(call.reason === undefined ? {} : { reason: call.reason }),
    ...((call.notes ?? []).length === 0 ? {} : { notes: call.notes }),
    handlers: call.handlers,
    ...((call.left ?? []).length === 0 ? {} : { left: call.left }),
    ...((call.undone ?? []).length === 0 ? {} : { undone: call.undone }),
    ...(call.background === undefined ? {} : { background: call.background }),
    ...(isRestored() && began === 0 ? { restored: true } : {}),
    ms: Math.round((performance.now() - began) * 10) / 10,
  };
}
