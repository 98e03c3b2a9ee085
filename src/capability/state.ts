import { type Answer, type Capability, misuse, value } from "./capability.ts";
import { type JournalCall, withJournal } from "./with_journal.ts";
import type { Deadline } from "../base/deadline.ts";
import type { Json } from "../base/json.ts";
import type { LazyJournal } from "../undo/lazy_journal.ts";
import type { Journal } from "../undo/journal.ts";
import { deleteState, getState, listState, setState, type StateOwner } from "../undo/state.ts";

type Act = (journal: Journal, owner: StateOwner, args: readonly Json[], deadline: Deadline) => Answer;

const ACTS: Readonly<Record<string, Act>> = {
  get: (journal, owner, [key], deadline) =>
    typeof key !== "string" ? noKey("get") : value(getState(journal, owner, key, deadline) ?? null),
  set(journal, owner, [key, given], deadline) {
    if (typeof key !== "string") return noKey("set");
    if (given === undefined) {
      return misuse("host.state.set: the second argument must be a value that JSON can hold");
    }
    try {
      setState(journal, owner, key, given, deadline);
      return value(null);
    } catch (error) {
      if (error instanceof TypeError) return misuse(`host.state.set: ${error.message}`);
      throw error;
    }
  },
  delete: (journal, owner, [key], deadline) =>
    typeof key !== "string" ? noKey("delete") : value(deleteState(journal, owner, key, deadline)),
  list(journal, owner, [prefix], deadline) {
    const text = prefix ?? "";
    if (typeof text !== "string") {
      return misuse("host.state.list: the first argument must be a beginning of keys");
    }
    return value(listState(journal, owner, text, deadline));
  },
};

/**
 * `host.state.*` and `host.state.host.*`: small values that a handler keeps
 * for a guest, or for this host until it reboots.
 *
 * @param guestOwner whose the guest's values are; a text says why there is none
 * @param hostOwner whose the host's values are
 */
export function stateCapabilities(
  lazyJournal: LazyJournal,
  guestOwner: () => StateOwner | string,
  hostOwner: StateOwner,
): Map<string, Capability> {
  const table = new Map<string, Capability>();
  for (const [name, act] of Object.entries(ACTS)) {
    const call = (owner: () => StateOwner | string): JournalCall => (journal, args, { deadline }) => {
      const whose = owner();
      return typeof whose === "string"
        ? misuse(`host.state.${name}: ${whose}`)
        : act(journal, whose, args, deadline);
    };
    table.set(`state.${name}`, withJournal(`state.${name}`, lazyJournal, call(guestOwner)));
    table.set(`state.host.${name}`, withJournal(`state.host.${name}`, lazyJournal, call(() => hostOwner)));
  }
  return table;
}

function noKey(name: string): Answer {
  return misuse(`host.state.${name}: the first argument must be a key, a text`);
}
