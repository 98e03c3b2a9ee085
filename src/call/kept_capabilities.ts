import type { Capability } from "../capability/capability.ts";
import { lockCapabilities } from "../capability/lock.ts";
import { setCapability } from "../capability/set.ts";
import { stateCapabilities } from "../capability/state.ts";
import { undoCapability } from "../capability/undo.ts";
import type { LazyJournal } from "../undo/lazy_journal.ts";
import type { Guest } from "../undo/held_changes.ts";
import type { StateOwner } from "../undo/state.ts";
import { type HookData, HookDataError } from "../protocol/hook_data.ts";

/** The powers of one handler that leave something in the journal, or lock. */
export function keptCapabilities(
  lazyJournal: LazyJournal,
  guest: Guest,
  handler: string,
  keep: boolean,
  data: HookData,
): Map<string, Capability> {
  const holder = { ...guest, handler };
  const guestOwner = (): StateOwner | string => {
    try {
      const { uuid } = data;
      if (uuid === undefined) return "there is no guest here, only a host: use host.state.host";
      return { driver: guest.driver, uuid, handler, name: guest.name, keep };
    } catch (error) {
      if (error instanceof HookDataError) return `the guest's UUID is not known: ${error.message}`;
      throw error;
    }
  };
  return new Map<string, Capability>([
    ["fs.set", setCapability(lazyJournal, holder)],
    ["undo", undoCapability(lazyJournal, holder)],
    ...stateCapabilities(lazyJournal, guestOwner, { driver: "", uuid: "", handler, name: "", keep: true }),
    ...lockCapabilities(lazyJournal),
  ]);
}
