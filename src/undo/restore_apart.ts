import { askApart } from "./ask_apart.ts";
import { Deadline } from "../base/deadline.ts";
import type { HeldValue } from "./held_changes.ts";
import type { Waiting } from "../system/setting_file.ts";

/** Restores one value, in a separate process (call/do_apart.ts). */
export interface RestoreRequest {
  kind: "restore";
  what: HeldValue;
  /** What the file must contain. */
  text: string;
  /** The time that is left, in milliseconds. */
  ms: number;
}

/** The result, as in restore_values.ts. */
export interface RestoredApart {
  note?: string;
  error?: string;
}

/** How long one file may delay the others, in milliseconds. */
const MOST_MS = 3_000;

/** Restores a value on a file system that may hang; a value that is not restored in time stays held. */
export function restoreApart(what: HeldValue, text: string, { loop, deadline }: Waiting): RestoredApart {
  const until = Deadline.in(Math.min(MOST_MS, deadline.remaining));
  const request: RestoreRequest = { kind: "restore", what, text, ms: until.remaining };
  const late = `${what.path}: its file system has not answered in time; it may yet be written`;
  return askApart<RestoredApart>(loop, request, until, late);
}
