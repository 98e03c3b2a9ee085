import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import type { Json } from "../../src/base/json.ts";
import { loadSqlite } from "../../src/system/sqlite.ts";
import { Journal } from "../../src/undo/journal.ts";
import { deleteState, getState, listState, setState, stateProblem } from "../../src/undo/state.ts";

await loadSqlite();

const OWNER = { driver: "qemu", uuid: "u", handler: "10-a", name: "v1", keep: false };

function kept() {
  const folder = Deno.makeTempDirSync();
  const journal = new Journal(`${folder}/run`, () => {});
  const deadline = Deadline.in(30_000);
  return {
    set: (key: string, value: Json, owner = OWNER) => setState(journal, owner, key, value, deadline),
    get: (key: string) => getState(journal, OWNER, key, deadline),
    delete: (key: string) => deleteState(journal, OWNER, key, deadline),
    list: (prefix: string) => listState(journal, OWNER, prefix, deadline),
    [Symbol.dispose]: () => {
      journal.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

Deno.test("a key must have 1 to 256 characters, a value at most 64 KiB of JSON", () => {
  assert.equal(stateProblem("k", 1), undefined);
  assert.equal(stateProblem("k".repeat(256), 1), undefined);
  assert.equal(stateProblem("k".repeat(257), 1), "a key must have 1 to 256 characters");
  assert.equal(stateProblem("", 1), "a key must have 1 to 256 characters");
  assert.equal(stateProblem("k", "x".repeat(64 * 1024 - 2)), undefined);
  assert.equal(stateProblem("k", "x".repeat(64 * 1024 - 1)), "a value may have at most 64 KiB of JSON");
  using state = kept();
  assert.throws(() => state.set("", 1), {
    name: "TypeError",
    message: "a key must have 1 to 256 characters",
  });
  assert.deepEqual(state.list(""), []);
});

Deno.test("a handler keeps at most 1000 keys for each guest, and one too many changes nothing", () => {
  using state = kept();
  for (let i = 0; i < 1000; i++) state.set(`k${i}`, i);
  assert.throws(() => state.set("more", 1), { name: "TypeError", message: /1000 keys/ });
  assert.equal(state.list("").length, 1000);
  state.set("k7", "again");
  assert.equal(state.get("k7"), "again");
  state.set("more", 1, { ...OWNER, uuid: "other" });
  assert.equal(state.delete("k1"), true);
  assert.equal(state.delete("k1"), false);
  state.set("more", 1);
  assert.deepEqual(state.list("mo"), ["more"]);
});
