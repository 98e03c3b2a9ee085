import { type Answer, type CallContext, type Capability, misuse, type Pending, value } from "./capability.ts";
import type { Json } from "../base/json.ts";
import { JournalError } from "../undo/journal.ts";
import type { LazyJournal } from "../undo/lazy_journal.ts";
import type { RangeLock } from "../system/range_lock.ts";
import { SystemError } from "../system/system_error.ts";

const FIRST_LOOK_MS = 1;
const LAST_LOOK_MS = 25;
const LONGEST_NAME = 256;
/** Locks that one handler may hold or wait for at once. */
const MOST = 64;

/**
 * `host.lock(name, fn)` as the bridge has it: `lock.take(name)` answers with a
 * number when the lock is ours, `lock.free(number)` gives it up. Locks are of
 * the kernel's: whatever ends this process frees them. Names are the same for
 * all handlers of this host.
 *
 * @param lazyJournal its code has been loaded
 */
export function lockCapabilities(lazyJournal: LazyJournal): Map<string, Capability> {
  const held = new Map<number, RangeLock>();
  let count = 0;
  const free = (id: number) => {
    held.get(id)?.[Symbol.dispose]();
    held.delete(id);
  };

  const take = ([name]: readonly Json[], context: CallContext): Answer | Pending => {
    if (typeof name !== "string" || name === "" || name.length > LONGEST_NAME) {
      return misuse(`host.lock: the first argument must be a name of 1 to ${LONGEST_NAME} characters`);
    }
    if (held.size >= MOST) return misuse(`host.lock: more than ${MOST} locks at once`);
    let lock: RangeLock;
    try {
      lock = lazyJournal.journal.locks();
    } catch (error) {
      if (!(error instanceof JournalError) && !(error instanceof SystemError)) throw error;
      return { error: { name: "SystemError", message: `host.lock: ${error.message}` } };
    }
    const id = ++count;
    held.set(id, lock);
    if (id === 1) context.atEnd(() => [...held.keys()].forEach(free));
    if (lock.tryLock(`lock ${name}`)) return value(id);
    return waitFor(`lock ${name}`, id, lock, context, free);
  };

  return new Map<string, Capability>([
    ["lock.take", take],
    ["lock.free", ([id]) => {
      if (typeof id === "number") free(id);
      return value(null);
    }],
  ]);
}

function waitFor(
  name: string,
  id: number,
  lock: RangeLock,
  { loop, answer }: CallContext,
  free: (id: number) => void,
): Pending {
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
    free(id);
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
