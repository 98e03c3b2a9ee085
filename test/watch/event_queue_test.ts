import assert from "node:assert/strict";
import { EventQueue, type QueueLimits, type WatchedEvent } from "../../src/watch/event_queue.ts";

const LIMITS: QueueLimits = { running: 2, perGuest: 3, all: 8, foldMs: 1000 };

function event(guest: string, operation: string, fields: WatchedEvent["fields"] = {}): WatchedEvent {
  return { driver: "qemu", operation, domain: { name: guest, uuid: `uuid-${guest}`, id: 1 }, fields };
}

function taken(queue: EventQueue): string | undefined {
  const one = queue.take();
  return one && `${one.domain.name} ${one.operation}${one.folded > 0 ? ` +${one.folded}` : ""}`;
}

Deno.test("EventQueue gives a guest's events one after the other, those of others meanwhile, up to the limit", () => {
  const queue = new EventQueue(LIMITS);
  for (const [guest, operation] of [["a", "paused"], ["a", "resumed"], ["b", "paused"], ["c", "paused"]]) {
    assert.equal(queue.add(event(guest!, operation!), 0), "queued");
  }
  assert.deepEqual([taken(queue), taken(queue), taken(queue)], ["a paused", "b paused", undefined]);
  queue.done(event("b", "paused"));
  assert.equal(taken(queue), "c paused");
  queue.done(event("c", "paused"));
  assert.equal(taken(queue), undefined);
  queue.done(event("a", "paused"));
  assert.equal(taken(queue), "a resumed");
});

Deno.test("EventQueue folds an event into an equal one that waits, and counts one that comes soon after it began", () => {
  const queue = new EventQueue(LIMITS);
  queue.add(event("a", "rebooted"), 0);
  assert.equal(queue.add(event("a", "rebooted"), 5000), "folded");
  assert.equal(taken(queue), "a rebooted +1");
  assert.equal(queue.add(event("a", "rebooted"), 10), "folded");
  assert.equal(queue.add(event("b", "rebooted"), 10), "queued");
  assert.equal(queue.add(event("a", "rebooted"), 1000), "queued");
  const [told, ...more] = queue.settle(1000);
  assert.deepEqual(more, []);
  assert.deepEqual([told?.domain.name, told?.folded, told?.dropped], ["a", 1, 0]);
  assert.deepEqual(queue.settle(1000), []);
});

Deno.test("EventQueue folds nothing over another event in between, nor what says something else", () => {
  const queue = new EventQueue({ ...LIMITS, perGuest: 9 });
  const events = ["paused", "resumed", "paused"].map((operation) => event("a", operation));
  for (const one of events) assert.equal(queue.add(one, 0), "queued");
  assert.equal(queue.add(event("a", "paused", { reason: "ioerror" }), 0), "queued");
});

Deno.test("EventQueue drops what has no room for its guest, or in all, and counts it", () => {
  const queue = new EventQueue(LIMITS);
  const outcomes = [..."123456"].map((n) => queue.add(event("a", "io-error", { n }), 0));
  assert.deepEqual(outcomes, ["queued", "queued", "queued", "dropped", "dropped", "dropped"]);
  for (const guest of "bcdefg") queue.add(event(guest, "rebooted"), 0);
  assert.equal(queue.waiting, LIMITS.all);
  const told = queue.settle(0).map(({ domain, dropped }) => `${domain.name} ${dropped}`);
  assert.deepEqual(told, ["a 3", "g 1"]);
});

Deno.test("EventQueue holds 10,000 events of a second in the room of a few, and forgets guests afterwards", () => {
  const queue = new EventQueue({ running: 8, perGuest: 32, all: 1024, foldMs: 1000 });
  const counts = { queued: 0, folded: 0, dropped: 0 };
  for (let i = 0; i < 10_000; i++) {
    counts[queue.add(event(`g${i % 100}`, i % 200 < 100 ? "paused" : "resumed"), i / 10)]++;
  }
  assert.deepEqual(counts, { queued: 1024, folded: 0, dropped: 8976 });
  let ran = 0;
  for (let one = queue.take(); one !== undefined; one = queue.take()) {
    ran++;
    queue.done(one);
  }
  assert.equal(ran, 1024);
  assert.equal(queue.settle(5000).reduce((sum, { dropped }) => sum + dropped, 0), 8976);
  assert.ok(queue.isSettled);
});
