import assert from "node:assert/strict";
import {
  currentName,
  DRIVERS,
  EVENT,
  findOperation,
  isDriver,
  OPERATIONS,
} from "../../src/protocol/operations.ts";

/** Those that libvirt calls a hook for. */
const HOOKS = OPERATIONS.filter(({ event }) => event === undefined);

/** Driver, operations: as libvirt's docs/hooks.rst and src/util/virhook.c list them. */
const KNOWN: Record<string, string> = {
  daemon: "reload shutdown start",
  qemu: "attach migrate prepare reconnect release restore start started stopped",
  lxc: "prepare reconnect release start started stopped",
  libxl: "migrate prepare reconnect release start started stopped",
  bhyve: "prepare release start started stopped",
  network: "port-created port-deleted start started stopped updated",
};

Deno.test("every operation that libvirt knows is known, and no other", () => {
  assert.deepEqual([...DRIVERS].sort(), Object.keys(KNOWN).sort());
  for (const [driver, names] of Object.entries(KNOWN)) {
    const known = HOOKS.filter((operation) => operation.driver === driver).map(({ name }) => name)
      .sort();
    assert.equal(known.join(" "), names, driver);
  }
});

Deno.test("an operation that is over is called with end, the daemon's own with -, the rest with begin", () => {
  for (const { driver, name, subOperation } of HOOKS) {
    const expected = driver === "daemon" && name !== "reload"
      ? "-"
      : ["stopped", "release"].includes(name)
      ? "end"
      : "begin";
    assert.equal(subOperation, expected, `${driver}/${name}`);
  }
});

Deno.test("deadlines are 30 s for prepare and release, 5 s for the daemon, 10 s for the rest", () => {
  for (const { driver, name, timeoutMs } of HOOKS) {
    const expected = driver === "daemon" ? 5_000 : ["prepare", "release"].includes(name) ? 30_000 : 10_000;
    assert.equal(timeoutMs, expected, `${driver}/${name}`);
  }
});

Deno.test("what may abort, and what does unless told otherwise", () => {
  const aborts = ["prepare", "start", "migrate", "port-created"];
  const may = [...aborts, "started", "updated", "restore"];
  for (const { driver, name, onFailure, mayAbort } of OPERATIONS) {
    const isDaemon = driver === "daemon";
    assert.equal(onFailure, !isDaemon && aborts.includes(name) ? "abort" : "ignore", `${driver}/${name}`);
    assert.equal(mayAbort, !isDaemon && may.includes(name), `${driver}/${name}`);
  }
});

Deno.test("teardown is stopped, release, port-deleted and shutdown; migrate and restore give XML back", () => {
  for (const { name, teardown, returnsXml } of OPERATIONS) {
    assert.equal(teardown, ["stopped", "release", "port-deleted", "shutdown"].includes(name), name);
    assert.equal(returnsXml, ["migrate", "restore"].includes(name), name);
  }
});

Deno.test("older libvirt's words for a network's ports are today's operations", () => {
  assert.equal(findOperation("network", "plugged")?.name, "port-created");
  assert.equal(findOperation("network", "unplugged")?.name, "port-deleted");
  assert.equal(findOperation("qemu", "plugged"), undefined);
  assert.equal(currentName("network", "plugged"), "port-created");
  assert.equal(currentName("network", "started"), "started");
  assert.equal(currentName("qemu", "plugged"), "plugged");
});

Deno.test("words that every object knows are no operations and no drivers", () => {
  for (const word of ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", ""]) {
    for (const driver of [...DRIVERS, word]) {
      assert.equal(findOperation(driver, word), undefined);
      assert.equal(currentName(driver, word), word);
    }
    assert.equal(isDriver(word), false);
  }
});

Deno.test("an event gives no verdict, whatever anybody asks for, and has a minute", () => {
  const events = OPERATIONS.filter(({ event }) => event !== undefined);
  assert.ok(events.length > 20);
  for (const operation of events) {
    const { subOperation, timeoutMs, onFailure, mayAbort, teardown, returnsXml } = operation;
    assert.deepEqual(
      { subOperation, timeoutMs, onFailure, mayAbort, teardown, returnsXml },
      {
        ...{ subOperation: EVENT, timeoutMs: 60_000, onFailure: "ignore" },
        ...{ mayAbort: false, teardown: false, returnsXml: false },
      },
    );
  }
});
