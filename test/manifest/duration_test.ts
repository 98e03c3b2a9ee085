import assert from "node:assert/strict";
import { formatDuration, parseDuration } from "../../src/manifest/duration.ts";
import { parseSize } from "../../src/site/size.ts";

Deno.test("parseDuration() reads whole numbers with their units, the longest first", () => {
  const good: [text: string, ms: number][] = [
    ["5s", 5000],
    ["300ms", 300],
    ["1ms", 1],
    ["2m", 120_000],
    ["1m30s", 90_000],
    ["1h", 3_600_000],
    ["1h2m3s4ms", 3_723_004],
    ["90s", 90_000],
    ["24h", 86_400_000],
    ["007s", 7000],
  ];
  for (const [text, ms] of good) assert.deepEqual(parseDuration(text), { ms }, text);
});

Deno.test("parseDuration() refuses the rest and says what to write", () => {
  const bad: [text: string, hint: string][] = [
    ["5", "give the unit: 5s or 5ms"],
    ["1.5s", "use whole numbers: 1s500ms"],
    ["0.5 m", "use whole numbers: 30s"],
    ["", "write it like 5s, 300ms, 2m or 1m30s"],
    ["s", "write it like 5s, 300ms, 2m or 1m30s"],
    ["5 s", "write it like 5s, 300ms, 2m or 1m30s"],
    ["-5s", "write it like 5s, 300ms, 2m or 1m30s"],
    ["30s1m", "write it like 5s, 300ms, 2m or 1m30s"],
    ["5S", "write it like 5s, 300ms, 2m or 1m30s"],
    ["5s\n", "write it like 5s, 300ms, 2m or 1m30s"],
    ["0s", "write at least 1ms"],
    ["0h0ms", "write at least 1ms"],
    ["25h", "at most 24h"],
    ["999999999h", "at most 24h"],
    ["9999999999s", "write it like 5s, 300ms, 2m or 1m30s"],
  ];
  for (const [text, hint] of bad) {
    const read = parseDuration(text);
    assert.ok("error" in read, text);
    assert.equal(read.hint, hint, text);
  }
  assert.ok("error" in parseDuration("11s", 10_000));
  assert.ok("ms" in parseDuration("10s", 10_000));
});

Deno.test("formatDuration() writes what parseDuration() reads", () => {
  const table: [ms: number, text: string][] = [
    [1, "1ms"],
    [1500, "1s500ms"],
    [90_000, "1m30s"],
    [3_600_000, "1h"],
    [0, "0ms"],
    [12.4, "12ms"],
  ];
  for (const [ms, text] of table) assert.equal(formatDuration(ms), text);
});

Deno.test("parseSize() reads sizes in units of 1024", () => {
  assert.deepEqual(parseSize("64KiB"), { bytes: 65_536 });
  assert.deepEqual(parseSize("16 MiB"), { bytes: 16_777_216 });
  assert.deepEqual(parseSize("1GiB"), { bytes: 1_073_741_824 });
  const hint = (text: string) => {
    const read = parseSize(text);
    return "hint" in read ? read.hint : undefined;
  };
  assert.equal(hint("16MB"), "units of 1024: 16MiB");
  assert.equal(hint("16m"), "units of 1024: 16MiB");
  assert.equal(hint("16"), "write it like 512KiB or 16MiB");
  assert.equal(hint("0MiB"), "write it like 512KiB or 16MiB");
});
