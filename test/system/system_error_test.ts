import assert from "node:assert/strict";
import { cString, cStrings } from "../../src/system/descriptor.ts";
import { SystemError } from "../../src/system/system_error.ts";

Deno.test("a failed call has its errno's name and says what was tried", () => {
  const error = new SystemError(2, "/x");
  assert.equal(error.code, "ENOENT");
  assert.equal(error.message, "/x: no such file or directory (ENOENT)");
  assert.equal(error.name, "SystemError");
  assert.equal(new SystemError(9999, "/x").code, "errno 9999");
});

Deno.test("names for the C library end with NUL and hold none", () => {
  assert.deepEqual([...cString("é")], [0xc3, 0xa9, 0]);
  assert.deepEqual([...cString("")], [0]);
  assert.deepEqual([...cStrings(["a", "", "b"])], [97, 0, 0, 98, 0]);
  assert.throws(() => cString("a\0b"), TypeError);
  assert.throws(() => cStrings(["a", "\0"]), TypeError);
});
