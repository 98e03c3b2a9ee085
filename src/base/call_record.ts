import type { Json } from "./json.ts";

/** One capability call of a handler, as the records keep it. Times are milliseconds. */
export interface CallRecord {
  /** `exec`, `fs.read`, `log`, … */
  call: string;
  /** What it was about, in short: the command line, the path, the message. */
  what: string;
  /** Since the handler's start. */
  at: number;
  /** The time until its answer; absent while it has none. */
  ms?: number;
  /** Why it failed. */
  error?: string;
  /** A log line's level and fields. */
  level?: string;
  fields?: Json;
  /** The user that a command ran as, and the names of the variables that the call set. */
  runAs?: string;
  env?: string[];
  /** What a command got on standard input: its size in bytes, and its SHA-256 in hexadecimal. */
  stdin?: { bytes: number; sha256: string };
  /** A command's exit code or signal. */
  code?: number | string;
  /** The first and the last KiB of what a command wrote to standard error, and a script also to standard output. */
  stderr?: string;
  stdout?: string;
}
