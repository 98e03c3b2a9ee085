import type { Directories } from "../site/directories.ts";
import { leave } from "./play_back_after_call.ts";
import { playWithin } from "./play_within.ts";
import { Deadline } from "../base/deadline.ts";
import type { UndoneEntry } from "../records/record.ts";
import { LazyJournal } from "./lazy_journal.ts";
import { goneGuests, isRunning } from "./gone_guests.ts";
import {
  dropHeldChange,
  findHeldChange,
  type Guest,
  guestWord,
  type HeldChange,
  listHeldChanges,
} from "./held_changes.ts";
import { type PlaybackSetting, playLeftovers } from "./play_back.ts";
import type { Policy } from "../site/config.ts";
import { hasJournal } from "../system/has_handlers.ts";
import { Loop } from "../system/loop.ts";

/** An admin waits longer than libvirtd. */
const TIMEOUT_MS = 120_000;

/** What an admin does with the journal, outside any hook call. Each throws `JournalError` when it cannot be used. */
export class UndoByHand {
  readonly #directories: Directories;
  readonly #setting: PlaybackSetting;
  readonly #lazyJournal: LazyJournal;

  private constructor(directories: Directories, lazyJournal: LazyJournal, policy: Policy) {
    this.#directories = directories;
    this.#lazyJournal = lazyJournal;
    this.#setting = {
      journal: lazyJournal.journal,
      loop: new Loop(),
      deadline: Deadline.in(TIMEOUT_MS),
      latest: Deadline.in(TIMEOUT_MS),
      play: playWithin(policy),
    };
  }

  /** Undefined when no journal exists: nothing is held. */
  static async open(
    directories: Directories,
    policy: Policy,
    note: (text: string) => void,
  ): Promise<UndoByHand | undefined> {
    const lazyJournal = new LazyJournal(directories.state, note);
    // A journal that may not be read is not an empty one: opening it reports why.
    if (!hasJournal(directories.state)) return undefined;
    await lazyJournal.load();
    return new UndoByHand(directories, lazyJournal, policy);
  }

  /** Everything that is held, in the order in which it was set. */
  holds(): HeldChange[] {
    return this.#setting.journal.transaction(
      this.#setting.deadline,
      (transaction) => listHeldChanges(transaction),
    );
  }

  /** The guests that hold something and that a word means: `win11`, or `qemu/win11`. */
  guests(word: string): Guest[] {
    const all = new Map(this.holds().map(({ driver, name }) => [`${driver}/${name}`, { driver, name }]));
    return [...all.values()].filter((guest) => guest.name === word || guestWord(guest) === word);
  }

  /** Undoes what a guest holds, whether it runs or not. */
  leave(guest: Guest): UndoneEntry[] {
    return leave(this.#setting, guest);
  }

  /** Undoes what guests that are gone hold, and tries again what failed before. */
  leaveGone(): UndoneEntry[] {
    const { journal, deadline } = this.#setting;
    const { libvirt } = this.#directories;
    const gone = goneGuests(journal, libvirt, undefined, deadline);
    const undone = gone.flatMap((guest) => leave(this.#setting, guest));
    return [...undone, ...playLeftovers(this.#setting, gone, (guest) => isRunning(guest, libvirt))];
  }

  /** Forgets one hold without undoing it; undefined when none has that number. */
  forget(id: number): HeldChange | undefined {
    return this.#setting.journal.transaction(this.#setting.deadline, (transaction) => {
      const hold = findHeldChange(transaction, id);
      if (hold !== undefined) dropHeldChange(transaction, hold);
      return hold;
    });
  }

  close(): void {
    this.#lazyJournal.close();
  }
}
