import { SystemError } from "./system_error.ts";
import { errno, libc } from "./libc.ts";
import type { Deadline } from "../base/deadline.ts";

const POLLIN = 1;
const POLLOUT = 4;
const EINTR = 4;
const ENTRY = 8;

/** A pending wait; `cancel` ends it, and may be called twice. */
export interface Wait {
  cancel(): void;
}

interface Watch {
  fd: number;
  events: number;
  ready: () => void;
}

interface Timer {
  at: number;
  fire: () => void;
}

/**
 * The event loop of a hook call: descriptors and timers, by `poll(2)`.
 *
 * A hook call is short and does one job. Waiting here and not in Deno's own
 * loop saves starting that, and keeps all waits in one place that never waits
 * past the deadline.
 */
export class Loop {
  #watches = new Set<Watch>();
  #timers = new Set<Timer>();

  /** Calls `ready` each time `fd` can be read (or is at its end) until cancelled. */
  whenReadable(fd: number, ready: () => void): Wait {
    return this.#watch({ fd, events: POLLIN, ready });
  }

  /** Calls `ready` each time `fd` can be written (or has lost its reader) until cancelled. */
  whenWritable(fd: number, ready: () => void): Wait {
    return this.#watch({ fd, events: POLLOUT, ready });
  }

  /** Calls `fire` once, `ms` milliseconds from now. */
  after(ms: number, fire: () => void): Wait {
    const timer = { at: performance.now() + ms, fire };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Cancels every wait for a descriptor: to be called before it is closed. */
  forget(fd: number): void {
    for (const watch of [...this.#watches]) if (watch.fd === fd) this.#watches.delete(watch);
  }

  /** Whether any wait is pending. */
  get idle(): boolean {
    return this.#watches.size === 0 && this.#timers.size === 0;
  }

  /** Waits for the next event and runs its callback, or until the deadline. */
  turn(deadline: Deadline): void {
    let until = deadline.remaining;
    const now = performance.now();
    for (const timer of this.#timers) until = Math.min(until, timer.at - now);
    this.#poll(Math.max(0, until));
    const after = performance.now();
    for (const timer of [...this.#timers]) {
      if (timer.at <= after && this.#timers.delete(timer)) timer.fire();
    }
  }

  #watch(watch: Watch): Wait {
    this.#watches.add(watch);
    return { cancel: () => void this.#watches.delete(watch) };
  }

  #poll(ms: number): void {
    const watches = [...this.#watches];
    const entries = new DataView(new ArrayBuffer(ENTRY * watches.length));
    watches.forEach((watch, i) => {
      entries.setInt32(i * ENTRY, watch.fd, true);
      entries.setInt16(i * ENTRY + 4, watch.events, true);
    });
    const ready = libc().poll(new Uint8Array(entries.buffer), watches.length, ms);
    if (ready < 0) {
      const code = errno();
      if (code === EINTR) return;
      throw new SystemError(code, "poll");
    }
    watches.forEach((watch, i) => {
      // One callback may cancel another's wait.
      if (entries.getInt16(i * ENTRY + 6, true) !== 0 && this.#watches.has(watch)) watch.ready();
    });
  }
}
