import type { Rig } from "../rig.ts";

/** What the checks look at of a record in hookvisor's events.jsonl. */
export interface Event {
  /** When the call began, as ISO 8601. */
  time: string;
  driver: string;
  object: string;
  operation: string;
  verdict: "success" | "ignore" | "abort";
  exitCode: number;
  /** The process started from a checkpoint. */
  restored?: true;
  undone?: unknown[];
  /** The id of the call that started this handler in the background. */
  background?: string;
  /** Wall time of the hook call from inside the process, milliseconds. */
  ms: number;
  /** What libvirt said of an event; absent for hook calls. */
  event?: Record<string, unknown>;
  handlers: {
    name: string;
    outcome: string;
    message?: string;
    ms: number;
    error?: unknown;
    /** It was only started. */
    background?: true;
    calls: { what: string; code?: number | string }[];
  }[];
}

/** hookvisor's own records in a rig, oldest first. */
export async function readEvents(rig: Rig): Promise<Event[]> {
  const lines = (await rig.read("/var/log/hookvisor/events.jsonl")).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Event);
}
