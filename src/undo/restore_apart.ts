import { Deadline } from "../base/deadline.ts";
import type { HeldValue } from "./held_changes.ts";
import { startApart } from "../system/apart.ts";
import type { Waiting } from "../system/setting_file.ts";
import { SystemError } from "../system/system_error.ts";
import { waitUntil } from "../system/wait.ts";

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
  let restored: RestoredApart | undefined;
  try {
    const apart = startApart(loop, request, (answer) => {
      restored = "json" in answer
        ? JSON.parse(answer.json) as RestoredApart
        : { error: `${what.path}: ${answer.error}` };
    });
    if (!waitUntil(() => restored !== undefined, loop, until)) apart.kill();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { error: error.message };
  }
  return restored ??
    { error: `${what.path}: its file system has not answered in time; it may yet be written` };
}
