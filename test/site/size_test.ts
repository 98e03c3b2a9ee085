import assert from "node:assert/strict";
import { parseSize } from "../../src/site/size.ts";

Deno.test("parseSize() reads whole numbers of KiB, MiB and GiB", () => {
  assert.deepEqual(parseSize("512KiB"), { bytes: 512 * 1024 });
  assert.deepEqual(parseSize("16 MiB"), { bytes: 16 * 1024 * 1024 });
  assert.deepEqual(parseSize("1GiB"), { bytes: 1024 * 1024 * 1024 });
});

Deno.test("parseSize() says what it is not, and how to write it", () => {
  for (const text of ["", "0KiB", "1", "1B", "1.5MiB", "-1KiB", "1kib", "1234567KiB", "KiB", "1KiBx"]) {
    const read = parseSize(text);
    assert.ok("error" in read && read.error === `"${text}" is not a size`, text);
  }
  for (
    const [text, hint] of [["10MB", "10MiB"], ["10 m", "10MiB"], ["2k", "2KiB"], ["1g", "1GiB"]] as const
  ) {
    const read = parseSize(text);
    assert.ok("error" in read && read.hint === `units of 1024: ${hint}`, text);
  }
});
