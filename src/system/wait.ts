import type { Deadline } from "../base/deadline.ts";
import type { Loop } from "./loop.ts";

const FIRST_LOOK_MS = 1;
const LAST_LOOK_MS = 20;

/** Runs the loop until `over` is true or the deadline has passed; returns which. */
export function waitUntil(over: () => boolean, loop: Loop, deadline: Deadline): boolean {
  while (!over()) {
    if (deadline.passed) return false;
    loop.turn(deadline);
  }
  return true;
}

/**
 * Calls `look` repeatedly, at growing intervals, until it is true or the deadline has passed; returns which.
 */
export function pollUntil(look: () => boolean, loop: Loop, deadline: Deadline): boolean {
  for (let ms = FIRST_LOOK_MS; !look(); ms = Math.min(LAST_LOOK_MS, ms * 2)) {
    if (deadline.passed) return false;
    let due = false;
    // With jitter: many processes may wait for the same thing.
    const wait = loop.after(ms * (0.5 + Math.random()), () => due = true);
    waitUntil(() => due, loop, deadline);
    wait.cancel();
  }
  return true;
}
