import {
  type Answer,
  type CallContext,
  type Capability,
  misuse,
  type Pending,
  type RunningHandler,
  value,
} from "./capability.ts";
import type { RangeLock } from "../system/range_lock.ts";
import { SystemError } from "../system/system_error.ts";
import { JournalError } from "../undo/journal.ts";

const FIRST_LOOK_MS = 1;
const LAST_LOOK_MS = 25;
const LONGEST_NAME = 256;
/** Locks that one handler may hold or wait for at once. */
const MOST = 64;

/** What each handler holds or waits for, by the number it got. */
const HELD = new WeakMap<RunningHandler, Map<number, RangeLock>>();

/**
 * The beginning of `host.lock(name, fn)`: answers with a number once we hold
 * the lock. Locks are kernel locks: the end of this process, however it comes,
 * frees them. Names are the same for all handlers of this host.
 */
export const lockTake: Capability = {
  name: "lock.take",
  isInternal: true,
  usesJournal: true,
  run([name], context) {
    const wrong = wrongName(name);
    if (wrong !== undefined) return wrong;
    const held = heldBy(context);
    if (held.size >= MOST) return misuse(`host.lock: more than ${MOST} locks at once`);
    let lock: RangeLock;
    try {
      lock = context.handler.lazyJournal.journal.locks();
    } catch (error) {
      if (!(error instanceof JournalError) && !(error instanceof SystemError)) throw error;
      return { error: { name: "SystemError", message: `host.lock: ${error.message}` } };
    }
    const id = Math.max(0, ...held.keys()) + 1;
    held.set(id, lock);
    if (lock.tryLock(`lock ${name}`)) return value(id);
    return waitFor(`lock ${name}`, id, lock, context);
  },
  // A dry run, which changes nothing, keeps no other process waiting.
  dryRun: ([name]) => wrongName(name) ?? value(0),
};

/** The end of `host.lock(name, fn)`: releases the lock of that number. */
export const lockFree: Capability = {
  name: "lock.free",
  isInternal: true,
  isSync: true,
  run([id], context) {
    if (typeof id === "number") free(heldBy(context), id);
    return value(null);
  },
  dryRun: () => value(null),
};

function wrongName(name: unknown): Answer | undefined {
  if (typeof name === "string" && name !== "" && name.length <= LONGEST_NAME) return undefined;
  return misuse(`host.lock: the first argument must be a name of 1 to ${LONGEST_NAME} characters`);
}

function heldBy({ handler, atEnd }: CallContext): Map<number, RangeLock> {
  const known = HELD.get(handler);
  if (known !== undefined) return known;
  const held = new Map<number, RangeLock>();
  HELD.set(handler, held);
  atEnd(() => [...held.keys()].forEach((id) => free(held, id)));
  return held;
}

function free(held: Map<number, RangeLock>, id: number): void {
  held.get(id)?.[Symbol.dispose]();
  held.delete(id);
}

function waitFor(name: string, id: number, lock: RangeLock, context: CallContext): Pending {
  const { loop, answer } = context;
  let running = true;
  const look = (ms: number) => {
    if (!running) return;
    if (!lock.tryLock(name)) {
      wait = loop.after(ms * (0.5 + Math.random()), () => look(Math.min(LAST_LOOK_MS, ms * 2)));
      return;
    }
    running = false;
    answer({ value: id });
  };
  let wait = loop.after(FIRST_LOOK_MS, () => look(FIRST_LOOK_MS));
  const end = () => {
    if (!running) return;
    running = false;
    wait.cancel();
    free(heldBy(context), id);
  };
  return {
    pending: true,
    stop: end,
    kill: end,
    get running() {
      return running;
    },
  };
}
