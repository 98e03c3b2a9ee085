import { deepEqual, equal, throws } from "node:assert/strict";
import { Reader } from "../../../build/wasm/reader.ts";
import { Writer } from "../../../build/wasm/writer.ts";

Deno.test("u32() reads back what Writer wrote, in one to five bytes", () => {
  for (const value of [0, 1, 127, 128, 16383, 16384, 2 ** 21, 2 ** 28, 2 ** 31, 2 ** 32 - 1]) {
    const bytes = new Writer().u32(value).finish();
    const reader = new Reader(bytes);
    equal(reader.u32(), value);
    equal(reader.done, true);
  }
});

Deno.test("u32() reads a number padded with zero bits, as linkers write them", () => {
  equal(new Reader(Uint8Array.of(0x83, 0x80, 0x80, 0x80, 0x00)).u32(), 3);
});

Deno.test("u32() refuses a number of more than 32 bits", () => {
  throws(
    () => new Reader(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x1f)).u32(),
    /offset 0 has more than 32 bits/,
  );
  throws(() => new Reader(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x00)).u32(), /more than 32 bits/);
});

Deno.test("s64() reads signed numbers of every length", () => {
  for (const value of [0, 1, -1, 63, 64, -64, -65, 8191, 10000, -8192, 2 ** 31 - 1, -(2 ** 31)]) {
    equal(new Reader(new Writer().s32(value).finish()).s64(), BigInt(value));
  }
  const lowest = Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f);
  equal(new Reader(lowest).s64(), -(2n ** 63n));
});

Deno.test("s64() refuses a number of more than ten bytes", () => {
  throws(() => new Reader(new Uint8Array(11).fill(0x80)).s64(), /more than 64 bits/);
});

Deno.test("reading past the end says where the file is cut off", () => {
  throws(() => new Reader(Uint8Array.of(0x80)).u32(), /cut off at offset 1/);
  throws(() => new Reader(Uint8Array.of(5, 65)).name(), /cut off at offset 2/);
});

Deno.test("inner() ends where its bytes end, though the file goes on", () => {
  const reader = new Reader(Uint8Array.of(1, 2, 3, 4));
  const inner = reader.inner(2);
  deepEqual([inner.byte(), inner.byte(), inner.done, reader.byte()], [1, 2, true, 3]);
  throws(() => inner.byte(), /cut off at offset 2/);
});
