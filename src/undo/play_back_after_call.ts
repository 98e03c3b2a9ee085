import { guestOf, mayPlayBack } from "./plays_back.ts";
import { playWithin } from "./play_within.ts";
import { Deadline } from "../base/deadline.ts";
import type { UndoneEntry } from "../records/record.ts";
import type { LazyJournal } from "./lazy_journal.ts";
import { goneGuests, hasGuests, isRunning } from "./gone_guests.ts";
import { type Guest, listHeldChanges } from "./held_changes.ts";
import { JournalError } from "./journal.ts";
import { playBack, type PlaybackSetting, playLeftovers } from "./play_back.ts";
import { dropState } from "./state.ts";
import type { Config } from "../site/config.ts";
import { maxTimeout } from "../site/settings.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { Operation } from "../protocol/operations.ts";
import type { Loop } from "../system/loop.ts";
import { processId } from "../system/process_id.ts";

/** Always reserved: otherwise a call whose handlers took all its time could not even note what is due. */
const LEAST_MS = 100;
/**
 * How long this waits for other users of the journal, in milliseconds: they lock it for a few at a time
 * unless something is wrong, and then the call must not spend its time on that.
 */
const PATIENCE_MS = 5_000;

/** What the undo needs to know about a hook call. */
export interface PlaybackCall {
  event: HookEvent;
  known: Operation;
  lazyJournal: LazyJournal;
  config: Config;
  loop: Loop;
  deadline: Deadline;
  caller: string | undefined;
  /** libvirt's run directory: `/run/libvirt`. */
  run: string;
  /** Called when the undo has more time than the call. */
  extended?: ((deadline: Deadline) => void) | undefined;
  /** Receives remarks for the record. */
  note(text: string): void;
}

/**
 * Undoes what is no longer held, after a call's handlers have run, whatever
 * they did: at the end of its guest, when its start was aborted, and at a
 * daemon's start for all guests that are gone. Then tries again what failed
 * before. Failures are reported and change no verdict.
 */
export async function playBackAfterCall(call: PlaybackCall, aborted: boolean): Promise<UndoneEntry[]> {
  const { known, event, caller, lazyJournal, run } = call;
  if (!mayPlayBack(known, aborted) || !lazyJournal.exists) return [];
  return await withSetting(call, (setting) => {
    const runs = (guest: Guest) => isRunning(guest, run);
    if (event.driver === "daemon" && known.name === "start") {
      if (!hasGuests(caller)) return [];
      const gone = goneGuests(setting.journal, run, caller, setting.deadline);
      return [...gone.flatMap((guest) => leave(setting, guest)), ...playLeftovers(setting, gone, runs)];
    }
    const guest = guestOf(event, caller);
    // The guest of an aborted restore or migration may still run.
    if (aborted && ["migrate", "restore"].includes(known.name) && runs(guest)) return [];
    return [...leave(setting, guest), ...playLeftovers(setting, [guest], runs)];
  });
}

/**
 * What a background handler has set for a guest that has ended meanwhile: its
 * release has passed and will not come again.
 */
export async function playBackLate(call: PlaybackCall): Promise<UndoneEntry[]> {
  const guest = guestOf(call.event, call.caller);
  if (call.event.driver === "daemon" || !call.lazyJournal.exists || isRunning(guest, call.run)) return [];
  return await withSetting(call, (setting) => {
    const holds = setting.journal.transaction(setting.deadline, (t) => listHeldChanges(t, guest));
    return holds.some(({ maker }) => maker === processId()) ? leave(setting, guest) : [];
  });
}

/** Undoes what a guest holds and drops what was kept for it. */
export function leave(setting: PlaybackSetting, guest: Guest): UndoneEntry[] {
  const undone = playBack(setting, guest);
  dropState(setting.journal, guest, setting.deadline);
  return undone;
}

async function withSetting(
  { lazyJournal, config, known, loop, deadline, note, extended }: PlaybackCall,
  act: (setting: PlaybackSetting) => UndoneEntry[],
): Promise<UndoneEntry[]> {
  const until = deadline.remaining < LEAST_MS ? Deadline.in(LEAST_MS) : deadline;
  try {
    await lazyJournal.load();
    lazyJournal.journal.waitAtMost(PATIENCE_MS);
    return act({
      journal: lazyJournal.journal,
      loop,
      deadline: until,
      latest: Deadline.in(maxTimeout(config, known)),
      play: playWithin(config.policy),
      extended,
    });
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    note(error.message);
    return [];
  }
}
