import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import { close, pipe, readSome, writeSome } from "../../src/system/descriptor.ts";
import { Loop } from "../../src/system/loop.ts";

Deno.test("a turn ends at the deadline when nothing happens", () => {
  const loop = new Loop();
  const before = performance.now();
  loop.turn(Deadline.in(30));
  assert.ok(performance.now() - before >= 29);
  loop.turn(Deadline.in(-1));
});

Deno.test("timers fire once, none before its time, and can be cancelled", () => {
  const loop = new Loop();
  const fired: string[] = [];
  loop.after(20, () => fired.push("second"));
  loop.after(1, () => fired.push("first"));
  const never = loop.after(1, () => fired.push("never"));
  never.cancel();
  never.cancel();
  assert.equal(loop.idle, false);
  const until = Deadline.in(2_000);
  while (!loop.idle && !until.passed) loop.turn(until);
  assert.deepEqual(fired, ["first", "second"]);
  assert.equal(loop.idle, true);
});

Deno.test("a timer may cancel another that is due at the same moment", () => {
  const loop = new Loop();
  const fired: number[] = [];
  const waits = [1, 2].map((n) =>
    loop.after(0, () => {
      fired.push(n);
      for (const wait of waits) wait.cancel();
    })
  );
  loop.turn(Deadline.in(100));
  assert.deepEqual(fired, [1]);
});

Deno.test("a descriptor is told when it can be read, and when its other end is closed", () => {
  const loop = new Loop();
  const ends = pipe();
  const read: number[] = [];
  const wait = loop.whenReadable(ends.read, () => read.push(readSome(ends.read, new Uint8Array(10)) ?? -1));
  loop.turn(Deadline.in(5));
  assert.deepEqual(read, []);
  writeSome(ends.write, new Uint8Array(3));
  loop.turn(Deadline.in(1_000));
  close(ends.write);
  loop.turn(Deadline.in(1_000));
  assert.deepEqual(read, [3, 0]);
  wait.cancel();
  assert.equal(loop.idle, true);
  close(ends.read);
});

Deno.test("a descriptor is told when it can be written, and when nobody reads any more", () => {
  const loop = new Loop();
  const ends = pipe();
  let told = 0;
  loop.whenWritable(ends.write, () => told++);
  loop.turn(Deadline.in(1_000));
  close(ends.read);
  loop.turn(Deadline.in(1_000));
  assert.equal(told, 2);
  loop.forget(ends.write);
  assert.equal(loop.idle, true);
  close(ends.write);
});

Deno.test("what one callback cancels is not called in the same turn", () => {
  const loop = new Loop();
  const a = pipe();
  const b = pipe();
  for (const { write } of [a, b]) writeSome(write, new Uint8Array(1));
  const told: string[] = [];
  loop.whenReadable(a.read, () => {
    told.push("a");
    loop.forget(b.read);
    loop.forget(a.read);
  });
  loop.whenReadable(b.read, () => told.push("b"));
  loop.turn(Deadline.in(1_000));
  assert.deepEqual(told, ["a"]);
  for (const fd of [a.read, a.write, b.read, b.write]) close(fd);
});
