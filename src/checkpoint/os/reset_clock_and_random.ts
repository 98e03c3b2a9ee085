import { randomBytes } from "../../system/random.ts";

const clock = performance.now.bind(performance);

/**
 * Gives a process that was restored from a checkpoint what has to be its own: a clock that began with it, and random
 * numbers that no other process draws. The globals themselves are replaced, so that whatever uses them gets these.
 */
export function resetClockAndRandom(): void {
  const began = clock();
  performance.now = () => clock() - began;
  Math.random = () => new Uint32Array(randomBytes(4).buffer)[0]! / 2 ** 32;
}
