import assert from "node:assert/strict";
import { RangeLock } from "../../src/system/range_lock.ts";

Deno.test("a name is held by one open lock at a time, another name by another, and closing frees all", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/locks`;
    using second = new RangeLock(path);
    {
      using first = new RangeLock(path);
      assert.ok(first.tryLock("a"));
      assert.ok(first.tryLock("a"), "its own");
      assert.ok(!second.tryLock("a"));
      assert.ok(second.tryLock("b"));
      assert.ok(!first.tryLock("b"));
      assert.ok(first.tryLock("a\0b"), "any name will do");
    }
    assert.ok(second.tryLock("a"));
    assert.equal(Deno.statSync(path).size, 0);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
