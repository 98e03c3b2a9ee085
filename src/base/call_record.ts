import type { Json } from "./json.ts";

/** One capability call of a handler, as the records keep it. Times are milliseconds. */
export interface CallRecord {
  /** `exec`, `fs.read`, `log`, … */
  call: string;
  /** What it was about, in short: the command line, the path, the message. */
  what: string;
  /** Since the handler's start. */
  at: number;
  /** How long until its answer; absent while there is none. */
  ms?: number;
  /** Why it failed. */
  error?: string;
  /** A log line's level and fields. */
  level?: string;
  fields?: Json;
  /** A command's exit code or signal. */
  code?: number | string;
}
