import assert from "node:assert/strict";
import { collectGarbage, residentKiB, unchangedMappings } from "../../src/system/give_back_memory.ts";

function block(range: string, mode: string, path: string, anonymous = 0, dirty = anonymous): string {
  return `${range} ${mode} 00000000 fe:00 1234                       ${path}
Size:                 64 kB
Rss:                  64 kB
Private_Dirty:        ${dirty} kB
Anonymous:            ${anonymous} kB
VmFlags: rd ex mr mw me
`;
}

Deno.test("unchangedMappings() finds what can be read again from its file, and nothing else", () => {
  const smaps = [
    block("1000-3000", "r--p", "/usr/bin/hookvisor"),
    block("3000-9000", "r-xp", "/usr/bin/hook visor"),
    block("9000-a000", "r--p", "/usr/bin/hookvisor", 4), // relocated, then made read-only
    block("a000-b000", "rw-p", "/usr/bin/hookvisor"),
    block("b000-c000", "r-xp", ""),
    block("c000-d000", "r-xp", "[vdso]"),
    block("d000-e000", "r--s", "/dev/shm/x"),
    block("e000-f000", "r--p", "/usr/lib/libc.so.6", 0, 4),
  ].join("");
  assert.deepEqual(unchangedMappings(smaps), [
    { start: 0x1000, size: 0x2000 },
    { start: 0x3000, size: 0x6000 },
  ]);
});

Deno.test("residentKiB() is what the kernel says of this process", () => {
  const said = Number(/VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1]);
  assert.ok(Math.abs(residentKiB() - said) < said / 5, `${residentKiB()} ${said}`);
});

Deno.test("collectGarbage() frees what nothing uses any more", () => {
  const used = () => Deno.memoryUsage().heapUsed;
  const before = used();
  let many: number[][] | undefined = Array.from({ length: 200_000 }, (_, i) => [i]);
  assert.ok(used() - before > 5e6 && many.length === 200_000);
  many = undefined;
  collectGarbage();
  assert.ok(used() - before < 2e6, `${before} became ${used()}`);
});
