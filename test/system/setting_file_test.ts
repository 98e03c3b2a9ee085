import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import { walk } from "../../src/system/file.ts";
import { Loop } from "../../src/system/loop.ts";
import { NotOrdinary } from "../../src/system/ordinary_file.ts";
import { readSetting, settingText, writeSettings } from "../../src/system/setting_file.ts";

Deno.test("settingText() gives what brings a kernel's file back, which is not always what was read", () => {
  const cases: [string, string][] = [
    ["performance\n", "performance\n"],
    ["always [madvise] never\n", "madvise"],
    ["[none] mq-deadline kyber\n", "none"],
    ["[none]\n", "none"],
    ["(null)\n", "\n"],
    ["", ""],
    ["0\n", "0\n"],
    ["[a] [b]\n", "[a] [b]\n"],
    ["a [b c] d\n", "a [b c] d\n"],
    ["0-3,8\n", "0-3,8\n"],
  ];
  for (const [read, text] of cases) assert.equal(settingText("/sys/x", read), text, JSON.stringify(read));
  assert.equal(settingText("/etc/x", "always [madvise] never\n"), "always [madvise] never\n");
});

Deno.test("settings of ordinary files are UTF-8 of at most 64 KiB, and keep owner and permissions", () => {
  const folder = Deno.makeTempDirSync();
  const waiting = { loop: new Loop(), deadline: Deadline.in(5000) };
  try {
    const path = `${folder}/file`;
    using place = walk(path, false);
    Deno.writeFileSync(path, new Uint8Array([0xff]));
    assert.throws(() => readSetting(place, waiting), NotOrdinary);
    Deno.writeTextFileSync(path, "x".repeat(65_537));
    assert.throws(() => readSetting(place, waiting), { code: "EFBIG" });
    Deno.writeTextFileSync(path, "old");
    Deno.chmodSync(path, 0o640);
    assert.equal(readSetting(place, waiting), "old");
    assert.deepEqual(writeSettings([{ place, text: "new" }], waiting), [undefined]);
    assert.equal(Deno.readTextFileSync(path), "new");
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o640);
    Deno.removeSync(path);
    assert.throws(() => readSetting(place, waiting), { code: "ENOENT" });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
