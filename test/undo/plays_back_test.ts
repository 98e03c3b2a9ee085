import assert from "node:assert/strict";
import { parseEvent } from "../../src/protocol/event.ts";
import { type Operation, OPERATIONS } from "../../src/protocol/operations.ts";
import { guestOf, leavesNothing, mayPlayBack, playsBack, reservedMs } from "../../src/undo/plays_back.ts";

const wordsOf = (which: (operation: Operation) => boolean) =>
  OPERATIONS.filter(which).map(({ driver, name }) => `${driver}/${name}`).sort();

Deno.test("what guests hold comes back at their end, a network's end, and a daemon's start and shutdown", () => {
  const ends = ["bhyve/release", "libxl/release", "lxc/release", "qemu/release", "network/stopped"];
  assert.deepEqual(wordsOf(playsBack), [...ends, "daemon/start", "daemon/shutdown"].sort());
  assert.equal(playsBack(undefined), false);
});

Deno.test("it comes back too when the start of a guest, its migration or its restore is aborted", () => {
  assert.deepEqual(wordsOf(leavesNothing), [
    "bhyve/prepare",
    "bhyve/start",
    "daemon/start",
    "libxl/migrate",
    "libxl/prepare",
    "libxl/start",
    "lxc/prepare",
    "lxc/start",
    "network/start",
    "qemu/migrate",
    "qemu/prepare",
    "qemu/restore",
    "qemu/start",
  ]);
  const abortedOnly = wordsOf((one) => mayPlayBack(one, true) && !mayPlayBack(one, false));
  assert.ok(abortedOnly.includes("qemu/restore"), abortedOnly.join());
  assert.ok(!wordsOf((one) => mayPlayBack(one, true)).includes("qemu/started"));
  assert.deepEqual(wordsOf((one) => mayPlayBack(one, false)), wordsOf(playsBack));
});

Deno.test("a fifth of a call's time is kept for playing back, at most 3 s, where something is held", () => {
  const operation = (driver: string, name: string) =>
    OPERATIONS.find((one) => one.driver === driver && one.name === name)!;
  const held = { exists: true };
  assert.equal(reservedMs(operation("qemu", "release"), held, 10_000, []), 2_000);
  assert.equal(reservedMs(operation("qemu", "release"), held, 30_000, []), 3_000);
  assert.equal(reservedMs(operation("network", "stopped"), held, 500, []), 100);
  assert.equal(reservedMs(operation("qemu", "release"), { exists: false }, 10_000, []), 0);
  assert.equal(reservedMs(operation("qemu", "started"), held, 10_000, []), 0);
});

Deno.test("it is kept too where a handler that may hold something may come to abort", () => {
  const prepare = OPERATIONS.find(({ driver, name }) => driver === "qemu" && name === "prepare")!;
  const started = OPERATIONS.find(({ driver, name }) => driver === "qemu" && name === "started")!;
  const handlers = (
    exec: string[],
    write: string[],
  ) => [{ handler: { manifest: { allow: { exec, look: [], write } } } }];
  const none = { exists: false };
  assert.equal(reservedMs(prepare, none, 10_000, [{ handler: {} }, ...handlers([], [])]), 0);
  assert.equal(reservedMs(prepare, none, 10_000, handlers(["true"], [])), 2_000);
  assert.equal(reservedMs(prepare, none, 10_000, handlers([], ["/sys/x"])), 2_000);
  assert.equal(reservedMs(prepare, { exists: true }, 10_000, []), 2_000);
  assert.equal(reservedMs(started, none, 10_000, handlers(["true"], [])), 0);
});

Deno.test("guests and networks hold by their names, and in a daemon's own hooks the daemon does", () => {
  const event = (driver: string, ...args: string[]) => {
    const parsed = parseEvent(driver, args);
    if ("error" in parsed) throw new Error(parsed.error.message);
    return parsed.event;
  };
  const daemon = event("daemon", "-", "start", "-", "start");
  assert.deepEqual(guestOf(daemon, "virtqemud"), { driver: "daemon", name: "virtqemud" });
  assert.deepEqual(guestOf(daemon, undefined), { driver: "daemon", name: "-" });
  const guest = event("qemu", "v1", "prepare", "begin", "-");
  assert.deepEqual(guestOf(guest, "virtqemud"), { driver: "qemu", name: "v1" });
});
