import { equal, notEqual, ok } from "node:assert/strict";
import { giveBackMemory, INITIAL_BYTES, takeMemory } from "../../src/sandbox/engine_memory.ts";

Deno.test("takeMemory() gives memory that was given back, all zero again", () => {
  const memory = takeMemory();
  const bytes = new Uint8Array(memory.buffer);
  equal(bytes.length, INITIAL_BYTES);
  bytes.fill(0xa5);
  giveBackMemory(memory);
  const again = takeMemory();
  equal(again, memory);
  ok(new BigUint64Array(again.buffer).every((word) => word === 0n));
  notEqual(takeMemory(), memory);
});

Deno.test("takeMemory() never gives memory that has grown", () => {
  const memory = takeMemory();
  memory.grow(1);
  giveBackMemory(memory);
  notEqual(takeMemory(), memory);
});
