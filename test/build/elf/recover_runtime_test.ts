import { deepEqual, throws } from "node:assert/strict";
import {
  nameAt,
  readHeader,
  readSectionHeaders,
  SECTION_HEADER_SIZE,
  writeHeader,
  writeSectionHeader,
} from "../../../build/elf/elf64.ts";
import { recoverRuntime } from "../../../build/elf/recover_runtime.ts";
import { handMadeElf } from "./hand_made.ts";

/** Puts a program behind a runtime as Deno does: new tables at the end, on a page of their own. */
function compiled(runtime: Uint8Array): Uint8Array {
  const header = readHeader(runtime);
  const sections = readSectionHeaders(runtime, header.sectionOffset, header.sectionCount);
  const oldNames = sections[header.namesIndex];
  if (!oldNames) throw new Error("no names");
  const page = 4096;
  // Deno writes its own table of names, so the offsets of all names differ from the original's.
  const names = ["", ...sections.slice(1).map((one) => nameAt(runtime, oldNames, one.name)), ".sui.phdrs"]
    .reverse();
  const text = names.map((name) => `${name}\0`).join("");
  const nameOf = (name: string) => text.indexOf(`${name}\0`);
  const added = { type: 1, flags: 2n, link: 0, info: 0, align: 4096n, entrySize: 0n, size: 16n };
  const rows = [
    ...sections.map((one) => ({ ...one, name: nameOf(nameAt(runtime, oldNames, one.name)) })),
    { ...added, name: nameOf(".sui.phdrs"), address: BigInt(page), offset: BigInt(page) },
  ];
  const namesAt = page + 64;
  const tableAt = page + 512;
  rows[header.namesIndex] = {
    ...added,
    type: 3,
    name: nameOf(".shstrtab"),
    address: 0n,
    offset: BigInt(namesAt),
    size: BigInt(text.length),
  };
  const program = new Uint8Array(tableAt + rows.length * SECTION_HEADER_SIZE);
  program.set(runtime);
  program.set(new TextEncoder().encode(text), namesAt);
  rows.forEach((row, index) => writeSectionHeader(program, tableAt + index * SECTION_HEADER_SIZE, row));
  writeHeader(program, {
    ...header,
    programOffset: page,
    programCount: 4,
    sectionOffset: tableAt,
    sectionCount: rows.length,
  });
  return program;
}

Deno.test("recoverRuntime() gives back the very bytes that a program was compiled with", () => {
  const runtime = handMadeElf();
  deepEqual(recoverRuntime(compiled(runtime)), runtime);
});

Deno.test("recoverRuntime() leaves what it is given as it was", () => {
  const program = compiled(handMadeElf());
  const before = program.slice();
  recoverRuntime(program);
  deepEqual(program, before);
});

Deno.test("recoverRuntime() refuses a file that is no ELF file", () => {
  throws(
    () => recoverRuntime(new TextEncoder().encode("#!/bin/sh\n".repeat(100))),
    /not a 64-bit little-endian ELF/,
  );
  throws(() => recoverRuntime(new Uint8Array()), /ELF file \(0 bytes\)/);
});

Deno.test("recoverRuntime() refuses a program that Deno did not compile", () => {
  throws(() => recoverRuntime(handMadeElf()), /no section .sui.phdrs/);
});

Deno.test("recoverRuntime() refuses a program whose original section headers are gone", () => {
  const runtime = handMadeElf();
  const program = compiled(runtime);
  const { sectionOffset, sectionCount } = readHeader(runtime);
  program.fill(0, sectionOffset, sectionOffset + sectionCount * SECTION_HEADER_SIZE);
  throws(() => recoverRuntime(program), /section headers were not found/);
});

Deno.test("recoverRuntime() refuses a file cut off anywhere", () => {
  const program = compiled(handMadeElf());
  for (let length = 0; length < program.length; length += 13) {
    throws(() => recoverRuntime(program.subarray(0, length)), Error, `cut at ${length}`);
  }
});
