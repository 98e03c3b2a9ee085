import assert from "node:assert/strict";
import { OPERATIONS } from "../../src/protocol/operations.ts";

Deno.test("docs/operations.md has every operation with its time and what a failure does, and no other", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/operations.md", import.meta.url));
  const rows = page.split("\n").filter((line) => /^\| (daemon|qemu|network)/.test(line));
  const told = rows.flatMap((row) => {
    const [drivers = "", name, sub, time, fate] = row.split("|").slice(1, -1).map((cell) => cell.trim());
    return drivers.split(", ").map((driver) => [driver, name, sub, time, fate].join(" "));
  });
  const known = OPERATIONS.filter(({ event }) => event === undefined).map(
    ({ driver, name, subOperation, timeoutMs, onFailure, mayAbort }) => {
      const fate = onFailure === "abort" ? "aborts" : mayAbort ? "is ignored" : "is always ignored";
      return [driver, `\`${name}\``, `\`${subOperation}\``, `${timeoutMs / 1000} s`, fate].join(" ");
    },
  );
  assert.deepEqual(told.sort(), known.sort());
});

Deno.test("docs/watch.md has every event with its drivers, its number and its first libvirt, and no other", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/watch.md", import.meta.url));
  const rows = page.split("\n").filter((line) => /^\| `/.test(line));
  const told = rows.flatMap((row) => {
    const [name = "", drivers = "", number, since] = row.split("|").slice(1, -1).map((cell) => cell.trim());
    return drivers.split(", ").map((driver) => [driver, name.replaceAll("`", ""), number, since].join(" "));
  });
  const known = OPERATIONS.flatMap(({ driver, name, event }) =>
    event === undefined ? [] : [[driver, name, event.number, event.since].join(" ")]
  );
  assert.deepEqual(told.sort(), known.sort());
});
