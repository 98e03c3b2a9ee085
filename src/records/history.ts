import { jsonText } from "../base/json_text.ts";
import type { HookRecord } from "./record.ts";
import { LineLog } from "../system/log_lines.ts";

/** Which records to select; absent fields match any record. */
export interface Wanted {
  /** The domain's or network's name. */
  object?: string;
  driver?: string;
  operation?: string;
  handler?: string;
  /** Only calls in which something failed. */
  failed?: boolean;
  /** Only calls at or after this, in milliseconds since the epoch. */
  since?: number;
}

/**
 * Records are written at the end of a call, so they are out of order by at most this much, in milliseconds:
 * the longest call.
 */
const DISORDER_MS = 3_600_000;

/** Where the records are. */
export function eventsFile(log: string): string {
  return `${log}/events.jsonl`;
}

/** The records of a log directory as of this moment, and later ones as they are written. */
export function openRecords(log: string): LineLog {
  return new LineLog(eventsFile(log));
}

/** The selected records of a log directory, newest first. */
export function* newestRecords(log: string, wanted: Wanted): Generator<HookRecord> {
  using lines = openRecords(log);
  yield* newestOf(lines, wanted);
}

/** The selected records, newest first. */
export function* newestOf(lines: LineLog, wanted: Wanted): Generator<HookRecord> {
  const matches = matcher(wanted);
  const until = wanted.since === undefined ? undefined : wanted.since - DISORDER_MS;
  for (const line of lines.backward()) {
    const record = matches(line);
    if (record !== undefined) yield record;
    else if (until !== undefined && timeOf(line) < until) return;
  }
}

/** The selected records, oldest first. */
export function* oldestOf(lines: LineLog, wanted: Wanted): Generator<HookRecord> {
  const matches = matcher(wanted);
  for (const line of lines.forward()) {
    const record = matches(line);
    if (record !== undefined) yield record;
  }
}

/** The record with that id, or undefined. */
export function findRecord(log: string, id: string): HookRecord | undefined {
  const mark = jsonText(id);
  using lines = openRecords(log);
  for (const line of lines.backward()) {
    const record = line.includes(mark) ? parseRecord(line) : undefined;
    if (record?.id === id) return record;
  }
  return undefined;
}

/** Parses a line if it is a selected record. Most lines are rejected without parsing. */
export function matcher(wanted: Wanted): (line: string) => HookRecord | undefined {
  const marks = [wanted.object, wanted.driver, wanted.operation, wanted.handler]
    .filter((text) => text !== undefined).map((text) => jsonText(text));
  return (line) => {
    if (!marks.every((mark) => line.includes(mark))) return undefined;
    if (wanted.failed && !line.includes(`"verdict":"abort"`) && !line.includes(`"verdict":"ignore"`)) {
      return undefined;
    }
    if (wanted.since !== undefined && timeOf(line) < wanted.since) return undefined;
    const record = parseRecord(line);
    return record !== undefined && isWanted(record, wanted) ? record : undefined;
  };
}

/** A line as a record; undefined for any other line, such as one that a power failure left half written. */
export function parseRecord(line: string): HookRecord | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return isRecord(record) ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isRecord(record: unknown): record is HookRecord {
  if (typeof record !== "object" || record === null) return false;
  const fields = record as Record<string, unknown>;
  const texts = ["time", "id", "driver", "object", "operation", "verdict"];
  return texts.every((name) => typeof fields[name] === "string") && Array.isArray(fields.handlers) &&
    typeof fields.ms === "number";
}

function isWanted(
  record: HookRecord,
  { object, driver, operation, handler, failed, since }: Wanted,
): boolean {
  return (object === undefined || record.object === object) &&
    (driver === undefined || record.driver === driver) &&
    (operation === undefined || record.operation === operation) &&
    (handler === undefined || record.handlers.some(({ name }) => name === handler)) &&
    (!failed || record.verdict !== "success") &&
    (since === undefined || Date.parse(record.time) >= since);
}

/** The time in a line that `makeRecord` wrote, without parsing it; NaN where it is not in its usual place. */
function timeOf(line: string): number {
  return Date.parse(/^\{"v":1,"time":"([^"]{20,30})"/.exec(line)?.[1] ?? "");
}
