import type { Directories } from "./directories.ts";
import { leave } from "./play_back.ts";
import { runUndo } from "../capability/undo.ts";
import { Deadline } from "../base/deadline.ts";
import type { UndoneEntry } from "../journal/record.ts";
import { LedgerDoor } from "../ledger/door.ts";
import { goneGuests } from "../ledger/gone_guests.ts";
import { dropHold, findHold, type Guest, guestWord, type Hold, listHolds } from "../ledger/hold.ts";
import { type PlaybackSetting, playLeftovers } from "../ledger/play_back.ts";
import type { Policy } from "../manifest/config.ts";
import { hasJournal } from "../system/has_handlers.ts";
import { Loop } from "../system/loop.ts";

/** An admin waits longer than libvirtd. */
const TIMEOUT_MS = 120_000;

/** What an admin does with the journal, outside any hook call. Each throws `LedgerError` when it cannot be used. */
export class UndoByHand {
  readonly #directories: Directories;
  readonly #setting: PlaybackSetting;
  readonly #door: LedgerDoor;

  private constructor(directories: Directories, door: LedgerDoor, policy: Policy) {
    this.#directories = directories;
    this.#door = door;
    this.#setting = {
      ledger: door.ledger,
      loop: new Loop(),
      deadline: Deadline.in(TIMEOUT_MS),
      runCommand: ({ what }, waiting) => "path" in what ? undefined : runUndo(what, policy, waiting),
    };
  }

  /** Undefined when there is no journal: nothing is held. */
  static async open(
    directories: Directories,
    policy: Policy,
    note: (text: string) => void,
  ): Promise<UndoByHand | undefined> {
    const door = new LedgerDoor(directories.state, note);
    // One that may not be looked at is no empty one: opening it says why.
    if (!hasJournal(directories.state)) return undefined;
    await door.load();
    return new UndoByHand(directories, door, policy);
  }

  /** Everything that is held, in the order in which it was set. */
  holds(): Hold[] {
    return this.#setting.ledger.transaction(this.#setting.deadline, (transaction) => listHolds(transaction));
  }

  /** The guests that hold something and that a word means: `win11`, or `qemu/win11`. */
  guests(word: string): Guest[] {
    const all = new Map(this.holds().map(({ driver, name }) => [`${driver}/${name}`, { driver, name }]));
    return [...all.values()].filter((guest) => guest.name === word || guestWord(guest) === word);
  }

  /** Brings back what a guest holds, whether it runs or not. */
  leave(guest: Guest): UndoneEntry[] {
    return leave(this.#setting, guest);
  }

  /** Brings back what guests hold that are gone, and tries again what failed before. */
  leaveGone(): UndoneEntry[] {
    const { ledger, deadline } = this.#setting;
    const gone = goneGuests(ledger, this.#directories.libvirt, undefined, deadline);
    return [...gone.flatMap((guest) => leave(this.#setting, guest)), ...playLeftovers(this.#setting, gone)];
  }

  /** Forgets one thing that is held, without bringing it back; undefined when there is none of that number. */
  forget(id: number): Hold | undefined {
    return this.#setting.ledger.transaction(this.#setting.deadline, (transaction) => {
      const hold = findHold(transaction, id);
      if (hold !== undefined) dropHold(transaction, hold);
      return hold;
    });
  }

  close(): void {
    this.#door.close();
  }
}
