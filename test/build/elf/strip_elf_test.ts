import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { nameAt, readHeader, readSectionHeaders } from "../../../build/elf/elf64.ts";
import { stripElf } from "../../../build/elf/strip_elf.ts";
import { handMadeElf, SECTIONS } from "./hand_made.ts";

function sectionsOf(file: Uint8Array) {
  const header = readHeader(file);
  const rows = readSectionHeaders(file, header.sectionOffset, header.sectionCount);
  const names = rows[header.namesIndex];
  return rows.map((row) => ({ ...row, text: names ? nameAt(file, names, row.name) : "" }));
}

Deno.test("stripElf() drops the sections that are not loaded, and keeps the others' names and places", () => {
  const file = handMadeElf();
  const stripped = stripElf(file);
  const kept = sectionsOf(stripped);
  deepEqual(kept.map((one) => one.text), [
    "",
    ".interp",
    ".dynsym",
    ".dynstr",
    ".text",
    ".data",
    ".bss",
    ".shstrtab",
  ]);
  const before = sectionsOf(file);
  for (const [index, one] of kept.slice(0, -1).entries()) {
    deepEqual([one.offset, one.size, one.address], [
      before[index]?.offset,
      before[index]?.size,
      before[index]?.address,
    ]);
  }
  ok(stripped.length < file.length);
});

Deno.test("stripElf() leaves every loaded byte and the program headers as they were", () => {
  const file = handMadeElf();
  const data = sectionsOf(file).find((one) => one.text === ".data");
  const end = Number((data?.offset ?? 0n) + (data?.size ?? 0n));
  deepEqual(stripElf(file).subarray(64, end), file.subarray(64, end));
});

Deno.test("stripElf() gives links between sections their new numbers", () => {
  const [, , notLoaded, ...rest] = SECTIONS;
  const sections = [
    { name: "" },
    { name: ".gone", type: 1 },
    { ...notLoaded, name: ".dynsym", link: 3 },
    ...rest,
  ];
  const symbols = sectionsOf(stripElf(handMadeElf(sections))).find((one) => one.text === ".dynsym");
  equal(symbols?.link, 2);
});

Deno.test("stripElf() of what it made changes nothing", () => {
  const once = stripElf(handMadeElf());
  deepEqual(stripElf(once), once);
});

Deno.test("stripElf() refuses a file with loaded sections behind those it would drop", () => {
  const sections = [...SECTIONS, { name: ".late", type: 1, loaded: true, text: "late" }];
  throws(() => stripElf(handMadeElf(sections)), /loaded sections lie behind/);
});

Deno.test("stripElf() refuses a file without sections, one that is no ELF file, and one that is cut off", () => {
  throws(() => stripElf(new Uint8Array(100)), /not a 64-bit little-endian ELF/);
  throws(() => stripElf(handMadeElf().subarray(0, 400)), /section headers .* reach past the end/);
});
