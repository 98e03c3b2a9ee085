import assert from "node:assert/strict";
import { parseEvent, shutoffReason } from "../../src/protocol/event.ts";

function event(driver: string, ...args: string[]) {
  const parsed = parseEvent(driver, args);
  if ("error" in parsed) throw new Error(parsed.error.message);
  return parsed.event;
}

function error(driver: string, ...args: string[]) {
  const parsed = parseEvent(driver, args);
  if ("event" in parsed) throw new Error("it was taken");
  return { message: parsed.error.message, known: parsed.error.known?.name };
}

Deno.test("parseEvent() reads a hook call", () => {
  const { known, ...rest } = event("qemu", "win11", "prepare", "begin", "-");
  assert.deepEqual(rest, {
    driver: "qemu",
    object: "win11",
    operation: "prepare",
    calledOperation: "prepare",
    subOperation: "begin",
    extra: "-",
  });
  assert.equal(known?.driver, "qemu");
  assert.equal(known?.name, "prepare");
});

Deno.test("parseEvent() takes names as they are", () => {
  for (const name of ["--help", "-", "a b;$(id) 'q' é", "\n", "x".repeat(10_000), "\u2028", "日本"]) {
    assert.equal(event("qemu", name, "start", "begin", "-").object, name);
  }
});

Deno.test("parseEvent() keeps both words where older libvirt used another", () => {
  const plugged = event("network", "default", "plugged", "begin", "-");
  assert.equal(plugged.operation, "port-created");
  assert.equal(plugged.calledOperation, "plugged");
  assert.equal(plugged.known?.name, "port-created");
});

Deno.test("parseEvent() takes operations and sub-operations that nobody has heard of", () => {
  assert.equal(event("qemu", "v1", "teleport", "middle", "x y").known, undefined);
  assert.equal(event("qemu", "v1", "start", "middle", "-").known?.name, "start");
  assert.equal(event("network", "n", "constructor", "begin", "-").operation, "constructor");
});

Deno.test("parseEvent() refuses what is no hook call, with the operation as far as it can be told", () => {
  assert.deepEqual(error("qemu"), {
    message: "wrong number of arguments: got 0, libvirt gives 4 (object, operation, sub-operation, extra)",
    known: undefined,
  });
  assert.match(error("qemu", "v1", "prepare", "begin").message, /got 3/);
  assert.equal(error("qemu", "v1", "prepare", "begin").known, "prepare");
  assert.match(error("qemu", "v1", "prepare", "begin", "-", "-").message, /got 5/);
  assert.deepEqual(error("vmware", "v1", "start", "begin", "-"), {
    message: `unknown driver "vmware"`,
    known: undefined,
  });
  assert.deepEqual(error("qemu", "", "start", "begin", "-"), {
    message: "the object is empty",
    known: "start",
  });
  assert.equal(error("qemu", "v1", "", "begin", "-").message, "the operation is empty");
  assert.equal(error("qemu", "v1", "start", "", "-").message, "the sub-operation is empty");
  assert.equal(error("qemu", "v1", "start", "begin", "").message, "the extra argument is empty");
});

Deno.test("parseEvent() refuses arguments that were not UTF-8", () => {
  assert.deepEqual(error("qemu", "v\u001a", "prepare", "begin", "-"), {
    message: "the object is not UTF-8",
    known: "prepare",
  });
  assert.equal(error("qemu", "v1", "release", "end", "\u001a").message, "the extra argument is not UTF-8");
});

Deno.test("shutoffReason() is the extra argument of release, where libvirt gives one", () => {
  assert.equal(shutoffReason(event("qemu", "v1", "release", "end", "from snapshot")), "from snapshot");
  assert.equal(shutoffReason(event("lxc", "c1", "release", "end", "destroyed")), "destroyed");
  assert.equal(shutoffReason(event("qemu", "v1", "release", "end", "-")), undefined);
  assert.equal(shutoffReason(event("qemu", "v1", "stopped", "end", "shutdown")), undefined);
  assert.equal(shutoffReason(event("daemon", "-", "shutdown", "-", "shutdown")), undefined);
});
