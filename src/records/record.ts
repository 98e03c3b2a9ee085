import type { CallRecord } from "../base/call_record.ts";
import type { Json } from "../base/json.ts";
import type { Cause } from "../base/outcome.ts";

/** One handler's part in a hook call. Times are milliseconds. */
export interface HandlerEntry {
  name: string;
  outcome: "success" | Cause;
  /** The effect of its failure; absent on success. */
  onFailure?: "abort" | "ignore";
  message?: string;
  /** It was only started: its own record, with this call's id in `background`, says how it ended. */
  background?: true;
  /** `file:line:column` */
  at?: string;
  ms: number;
  /** When it began, since the process's start. */
  start?: number;
  memoryBytes?: number;
  /**
   * Options that `config.yaml` sets, with the line that sets each, and the guests that it names, unless it
   * applies to all.
   */
  options?: { key: string; value: Json; line: number; guests?: string }[];
  calls: CallRecord[];
  /** The number of calls that were not kept. */
  moreCalls?: number;
  /** What it changed in the XML that libvirt gets back, as `diff -u` shows it. */
  xmlDiff?: string;
}

/** One step of undoing what a guest held. */
export interface UndoneEntry {
  /** `qemu/win11` */
  guest: string;
  /** The handler that set it. */
  handler: string;
  /** The path, or the command line. */
  what: string;
  /** True: done. False: kept, and tried again. */
  ok: boolean;
  /** Something to know: another value than expected was there, the file is gone. */
  note?: string;
  error?: string;
}

/** One hook call: a line of `events.jsonl`. Fields are only ever added; `v` counts changes of meaning. */
export interface HookRecord {
  v: 1;
  /** RFC 3339, UTC. */
  time: string;
  /** Unique on this host, sorts by time. */
  id: string;
  driver: string;
  object: string;
  operation: string;
  /** The word an older libvirt used for it: `plugged`. */
  calledOperation?: string;
  subOperation: string;
  extra: string;
  /**
   * What libvirt said of an event, with `missed`, and with `folded` and `dropped`: how many more there were, of which
   * no handler heard. Absent for hook calls.
   */
  event?: Readonly<Record<string, Json>>;
  /** Name of the process that called. */
  caller?: string;
  verdict: "success" | "ignore" | "abort";
  exitCode: number;
  /** The line on stderr, without the line end. */
  reason?: string;
  /** Remarks that are not failures: an unknown operation, handlers passed over. */
  notes?: string[];
  handlers: HandlerEntry[];
  /** Handlers for this operation that did not run, and why. */
  left?: { name: string; why: string }[];
  /** What was undone because the guest is gone. */
  undone?: UndoneEntry[];
  /** The id of the call that started this handler in the background. */
  background?: string;
  /** The process was restored from a checkpoint. */
  restored?: true;
  /** The duration of the whole call, from the process's start. */
  ms: number;
}

/** An id for a record made now: milliseconds since the epoch in base 36, then four random characters. */
export function recordId(now: number = Date.now()): string {
  const random = Math.floor(Math.random() * 36 ** 4);
  return `${now.toString(36)}-${random.toString(36).padStart(4, "0")}`;
}
