import type { TellDryRun } from "./handler_runner.ts";
import { performCall, type PerformedCall } from "./perform_call.ts";
import type { UndoneEntry } from "../records/record.ts";
import type { Directories } from "../site/directories.ts";
import { readSite } from "../site/read_site.ts";
import { callTimeout } from "../site/settings.ts";
import { isRunning } from "../undo/gone_guests.ts";
import { playBackAfterCall, type PlaybackCall } from "../undo/play_back_after_call.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { Operation } from "../protocol/operations.ts";
import { userId } from "../system/self.ts";

/** How an admin plays a call. */
export interface Play {
  /** The XML, in place of standard input. */
  input: Uint8Array;
  /** When the call began, on the clock of `performance.now()`: its deadline counts from there. */
  began: number;
  /** The only handler that runs. */
  only?: string;
  /** The call may change nothing; this receives what the handlers would have done. */
  dryRun?: TellDryRun;
  caller?: string;
}

/**
 * A call that an admin plays, without a record. It reports for every handler why it did not run, so it takes
 * no short cuts.
 */
export async function playedCall(
  event: HookEvent,
  known: Operation,
  directories: Directories,
  { input, began, only, dryRun, caller }: Play,
): Promise<PerformedCall> {
  return await performCall(
    {
      began,
      caller,
      site: () => readSite(directories, userId()),
      timeoutMs: callTimeout,
      input: () => () => ({ bytes: input }),
      only,
      dryRun,
      giveBack: async (call, aborted) => dryRun !== undefined ? [] : await giveBack(call, aborted),
    },
    event,
    known,
    directories,
  );
}

/** What a running guest holds, it holds for real. */
async function giveBack(call: PlaybackCall, aborted: boolean): Promise<UndoneEntry[]> {
  const { driver, object } = call.event;
  if (driver === "daemon") return [];
  if (isRunning({ driver, name: object }, call.run)) {
    call.note(`${object} is running, so the changes it holds were kept`);
    return [];
  }
  return await playBackAfterCall(call, aborted);
}
