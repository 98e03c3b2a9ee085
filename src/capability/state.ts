import {
  type Answer,
  type CallContext,
  type Capability,
  misuse,
  type RunningHandler,
  type Tell,
  value,
} from "./capability.ts";
import { withJournal } from "./with_journal.ts";
import { shown } from "./shown.ts";
import type { Json } from "../base/json.ts";
import { HookDataError } from "../protocol/hook_data_error.ts";
import type { Journal } from "../undo/journal.ts";
import { deleteState, getState, listState, setState, type StateOwner, stateProblem } from "../undo/state.ts";

/** One call that reads or changes the values of a guest or of this host. */
interface Act {
  /** What is wrong with its arguments. */
  check(args: readonly Json[]): string | undefined;
  run(journal: Journal, owner: StateOwner, args: readonly Json[], context: CallContext): Json;
  /** The same, on the values that a dry run keeps in memory. */
  play(kept: Map<string, Json>, args: readonly Json[], tell: Tell): Json;
}

const ACTS: Readonly<Record<string, Act>> = {
  get: {
    check: keyProblem,
    run: (journal, owner, [key], { deadline }) => getState(journal, owner, String(key), deadline) ?? null,
    play: (kept, [key]) => kept.get(String(key)) ?? null,
  },
  set: {
    check: ([key, given]) =>
      keyProblem([key ?? null]) ??
        (given === undefined
          ? "the second argument must be a value that JSON can represent"
          : stateProblem(String(key), given)),
    run(journal, owner, [key, given = null], { deadline }) {
      setState(journal, owner, String(key), given, deadline);
      return null;
    },
    play(kept, [key, given = null], tell) {
      kept.set(String(key), given);
      tell(`keep ${shown(given)} as ${shown(key)}`);
      return null;
    },
  },
  delete: {
    check: keyProblem,
    run: (journal, owner, [key], { deadline }) => deleteState(journal, owner, String(key), deadline),
    play(kept, [key], tell) {
      tell(`forget ${shown(key)}`);
      return kept.delete(String(key));
    },
  },
  list: {
    check: ([prefix]) =>
      typeof (prefix ?? "") === "string" ? undefined : "the first argument must be a prefix of keys",
    run: (journal, owner, [prefix], { deadline }) =>
      listState(journal, owner, String(prefix ?? ""), deadline),
    play: (kept, [prefix]) => [...kept.keys()].filter((key) => key.startsWith(String(prefix ?? ""))).sort(),
  },
};

/**
 * What each handler of a dry run keeps, by the calls' prefix: empty at first, and forgotten with the dry run.
 */
const PLAYED = new WeakMap<RunningHandler, Map<string, Map<string, Json>>>();

/** `host.state.*` and `host.state.host.*`: small values that a handler keeps for a guest, or for this host until it reboots. */
export const state: readonly Capability[] = ["state", "state.host"].flatMap((prefix) =>
  Object.entries(ACTS).map(([act, { check, run, play }]): Capability => {
    const name = `${prefix}.${act}`;
    const checked = (args: readonly Json[], then: () => Answer): Answer => {
      const wrong = check(args);
      return wrong === undefined ? then() : misuse(`host.${name}: ${wrong}`);
    };
    return {
      name,
      usesJournal: true,
      run: (args, context) =>
        checked(args, () => {
          const owner = prefix === "state" ? guestOwner(context) : hostOwner(context);
          if (typeof owner === "string") return misuse(`host.${name}: ${owner}`);
          return withJournal(name, context, (journal) => {
            try {
              return value(run(journal, owner, args, context));
            } catch (error) {
              if (error instanceof TypeError) return misuse(`host.${name}: ${error.message}`);
              throw error;
            }
          });
        }),
      dryRun: (args, context, tell) =>
        checked(args, () => {
          const owner = prefix === "state" ? guestOwner(context) : undefined;
          if (typeof owner === "string") return misuse(`host.${name}: ${owner}`);
          return value(play(playedBy(context.handler, prefix), args, tell));
        }),
    };
  })
);

function keyProblem([key]: readonly Json[]): string | undefined {
  return typeof key === "string" ? undefined : "the first argument must be a key, a text";
}

/** The owner of a guest's values; a text says why none exists. */
function guestOwner({ handler: { guest, name, keepsState, data } }: CallContext): StateOwner | string {
  try {
    const { uuid } = data;
    if (uuid === undefined) return "this call is about no guest: use host.state.host";
    return { driver: guest.driver, uuid, handler: name, name: guest.name, keep: keepsState };
  } catch (error) {
    if (error instanceof HookDataError) return `the guest's UUID is unknown: ${error.message}`;
    throw error;
  }
}

function hostOwner({ handler }: CallContext): StateOwner {
  return { driver: "", uuid: "", handler: handler.name, name: "", keep: true };
}

function playedBy(handler: RunningHandler, prefix: string): Map<string, Json> {
  const all = PLAYED.get(handler) ?? new Map<string, Map<string, Json>>();
  PLAYED.set(handler, all);
  const kept = all.get(prefix) ?? new Map<string, Json>();
  all.set(prefix, kept);
  return kept;
}
