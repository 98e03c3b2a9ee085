import { deepEqual, equal, throws } from "node:assert/strict";
import { Steps } from "../../src/checkpoint/steps.ts";

const ADDRESS = 0x1000_0000;
const TAG = new Uint8Array(16).fill(0xab);
const SIZE = 4096;

/** The words of a step in encoded bytes. */
function step(bytes: Uint8Array<ArrayBuffer>, index: number): bigint[] {
  return [...new BigInt64Array(bytes.buffer, 64 + index * 64, 8)];
}

Deno.test("Steps: the header tells tag, size of the file, address and size of the steps", () => {
  const bytes = new Steps(ADDRESS, 4).encode(TAG, SIZE, 8192);
  equal(bytes.length, SIZE);
  deepEqual(bytes.subarray(0, 16), TAG);
  deepEqual([...new BigInt64Array(bytes.buffer, 16, 3)], [12288n, BigInt(ADDRESS), BigInt(SIZE)]);
});

Deno.test("Steps: a system call has its number, six arguments and the expected result", () => {
  const steps = new Steps(ADDRESS, 4);
  steps.call(9, [0x7fff_ffff_f000, 4096, 3, 0x22, -1], -22);
  deepEqual(step(steps.encode(TAG, SIZE, 0), 0), [
    9n,
    0x7fff_ffff_f000n,
    4096n,
    3n,
    0x22n,
    -1n,
    0n,
    -22n,
  ]);
});

Deno.test("Steps: what must be the same, and the end, have numbers of their own", () => {
  const steps = new Steps(ADDRESS, 4);
  steps.same(0x2000, new Uint8Array([1, 2, 3]));
  steps.end(0x3000, 0x4000);
  const bytes = steps.encode(TAG, SIZE, 0);
  const [number, address, place, size] = step(bytes, 0);
  deepEqual([number, address, size], [-1n, 0x2000n, 3n]);
  const at = Number(place) - ADDRESS;
  deepEqual([...bytes.subarray(at, at + 4)], [1, 2, 3, 0]);
  deepEqual(step(bytes, 1).slice(0, 3), [-2n, 0x3000n, 0x4000n]);
});

Deno.test("Steps: data lies behind the room for the steps, each piece at a multiple of eight", () => {
  const steps = new Steps(ADDRESS, 2);
  const [text, room] = [steps.text("name"), steps.room(3)];
  equal(text, ADDRESS + 64 + 2 * 64);
  equal(room, text + 8);
  equal(steps.place(new Uint8Array(1)), room + 8);
  const at = text - ADDRESS;
  deepEqual([...steps.encode(TAG, SIZE, 0).subarray(at, at + 5)], [0x6e, 0x61, 0x6d, 0x65, 0]);
});

Deno.test("Steps: more steps or data than there is room for is an error", () => {
  const steps = new Steps(ADDRESS, 2);
  for (let i = 0; i < 2; i++) steps.call(3, [4], 0);
  throws(() => steps.end(0, 0), /too many steps/);
  steps.room(SIZE);
  throws(() => steps.encode(TAG, SIZE, 0), /do not fit/);
});
