import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import { LazyJournal } from "../../src/undo/lazy_journal.ts";

// This file has modules of its own, so nobody has loaded SQLite yet.
Deno.test("SQLite is loaded when the journal is first needed, and the journal is made then, once", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const lazyJournal = new LazyJournal(`${folder}/run`, () => {});
    assert.deepEqual([lazyJournal.isLoaded, lazyJournal.exists], [false, false]);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    await lazyJournal.load();
    assert.deepEqual([lazyJournal.isLoaded, lazyJournal.exists], [true, false]);
    const { journal } = lazyJournal;
    assert.equal(lazyJournal.journal, journal);
    journal.transaction(Deadline.in(10_000), () => {});
    assert.equal(lazyJournal.exists, true);
    assert.equal(new LazyJournal(`${folder}/run`, () => {}).isLoaded, true);
    lazyJournal.close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
