import { guestOf, isDue } from "./plays_back.ts";
import { runUndo } from "../capability/undo.ts";
import { Deadline } from "../base/deadline.ts";
import type { UndoneEntry } from "../journal/record.ts";
import type { LedgerDoor } from "../ledger/door.ts";
import { goneGuests, hasGuests, isRunning } from "../ledger/gone_guests.ts";
import { type Guest, listHolds } from "../ledger/hold.ts";
import { LedgerError } from "../ledger/ledger.ts";
import { playBack, type PlaybackSetting, playLeftovers } from "../ledger/play_back.ts";
import { dropState } from "../ledger/state.ts";
import type { Policy } from "../manifest/config.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { Operation } from "../protocol/operations.ts";
import type { Loop } from "../system/loop.ts";
import { processId } from "../system/process_id.ts";

/** There is always this much, or a call whose handlers took all its time could not even note what is due. */
const LEAST_MS = 100;

/** What playing back needs to know of a hook call. */
export interface PlaybackCall {
  event: HookEvent;
  known: Operation;
  door: LedgerDoor;
  policy: Policy;
  loop: Loop;
  deadline: Deadline;
  caller: string | undefined;
  /** libvirt's directory for what runs: `/run/libvirt`. */
  run: string;
  /** Takes remarks for the record. */
  note(text: string): void;
}

/**
 * Brings back what is not held any more after a call's handlers have run,
 * whatever they did: at the end of its guest, when its start was given up, and
 * at a daemon's start for all guests that are gone. Then tries again what
 * failed before. Failures are told and change no verdict.
 */
export async function playBackAfter(call: PlaybackCall, aborted: boolean): Promise<UndoneEntry[]> {
  const { known, event, caller, door, run } = call;
  if (!isDue(known, aborted) || !door.exists) return [];
  return await withSetting(call, (setting) => {
    if (event.driver === "daemon" && known.name === "start") {
      if (!hasGuests(caller)) return [];
      const gone = goneGuests(setting.ledger, run, caller, setting.deadline);
      return [...gone.flatMap((guest) => leave(setting, guest)), ...playLeftovers(setting, gone)];
    }
    const guest = guestOf(event, caller);
    // A restore or migration that was given up may be of a guest that runs all the same.
    if (aborted && ["migrate", "restore"].includes(known.name) && isRunning(guest, run)) return [];
    return [...leave(setting, guest), ...playLeftovers(setting, [guest])];
  });
}

/**
 * What a handler in the background has set for a guest that has gone
 * meanwhile: its release has been and will not come again.
 */
export async function playBackLate(call: PlaybackCall): Promise<UndoneEntry[]> {
  const guest = guestOf(call.event, call.caller);
  if (call.event.driver === "daemon" || !call.door.exists || isRunning(guest, call.run)) return [];
  return await withSetting(call, (setting) => {
    const holds = setting.ledger.transaction(setting.deadline, (t) => listHolds(t, guest));
    return holds.some(({ maker }) => maker === processId()) ? leave(setting, guest) : [];
  });
}

/** Plays back what a guest holds and drops what was kept for it. */
export function leave(setting: PlaybackSetting, guest: Guest): UndoneEntry[] {
  const undone = playBack(setting, guest);
  dropState(setting.ledger, guest, setting.deadline);
  return undone;
}

async function withSetting(
  { door, policy, loop, deadline, note }: PlaybackCall,
  act: (setting: PlaybackSetting) => UndoneEntry[],
): Promise<UndoneEntry[]> {
  const until = deadline.remaining < LEAST_MS ? Deadline.in(LEAST_MS) : deadline;
  try {
    await door.load();
    const runCommand: PlaybackSetting["runCommand"] = ({ what }, waiting) =>
      "path" in what ? undefined : runUndo(what, policy, waiting);
    return act({ ledger: door.ledger, loop, deadline: until, runCommand });
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    note(error.message);
    return [];
  }
}
