import { randomBytes } from "../../system/random.ts";

const clock = performance.now.bind(performance);
let began = 0;

/**
 * Gives a process restored from a checkpoint what must be its own: a clock that began with it, and random
 * numbers that no other process draws. It replaces the globals themselves, so that all code uses the new
 * ones.
 */
export function resetClockAndRandom(): void {
  performance.now = now;
  Math.random = random;
  began = clock();
}

function now(): number {
  return clock() - began;
}

function random(): number {
  return new Uint32Array(randomBytes(4).buffer)[0]! / 2 ** 32;
}
