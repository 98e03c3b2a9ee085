import { deepEqual, equal, ok, throws } from "node:assert/strict";
import {
  PT_PHDR,
  readHeader,
  readProgramHeaders,
  SHF_TLS,
  SHT_DYNSYM,
  SHT_NOBITS,
  ST_SHNDX,
  SYMBOL_SIZE,
  viewOf,
} from "../../../build/elf/elf64.ts";
import { type Image, PAGE, readImage, type Section } from "../../../build/elf/image.ts";
import { writeImage } from "../../../build/elf/write_image.ts";
import { handMadeElf, SECTIONS } from "./hand_made.ts";
import { Folder, ON_X86, systemProgram } from "./real_programs.ts";

const rewritten = (name: string) => readImage(writeImage(readImage(systemProgram(name))));

function named(image: Image, name: string): Section {
  const section = image.sections.find((one) => one.name === name);
  ok(section, name);
  return section;
}

/** What is in memory from a section's first byte to its last. */
function contents(image: Image, { address, size }: Section): Uint8Array {
  const segment = image.segments.findLast((one) => one.address <= address)!;
  const bytes = new Uint8Array(segment.memorySize);
  bytes.set(segment.bytes);
  return bytes.slice(address - segment.address, address - segment.address + size);
}

/** The names of the sections that the symbols of libraries are in. */
function sectionsOfSymbols(image: Image): (string | undefined)[] {
  const symbols = image.sections.find(({ type }) => type === SHT_DYNSYM)!;
  const view = viewOf(contents(image, symbols));
  const count = symbols.size / SYMBOL_SIZE;
  const numbers = Array.from({ length: count }, (_, i) => view.getUint16(i * SYMBOL_SIZE + ST_SHNDX, true));
  return numbers.map((number) => image.sections.find(({ index }) => index === number)?.name);
}

Deno.test({
  ...ON_X86,
  name: "writeImage() makes a program that runs as the one that was read",
  fn: async () => {
    using folder = new Folder();
    for (const name of ["printf", "sh"]) folder.write(name, writeImage(readImage(systemProgram(name))));
    const { stdout } = await folder.run("sh", ["-c", "./printf '%s|' one 'two words'"]);
    equal(stdout, "one|two words|");
  },
});

Deno.test({
  ...ON_X86,
  name:
    "writeImage() keeps every loaded byte where it is in memory, and puts it at the same place in the file",
  fn: () => {
    const before = readImage(systemProgram("sh"));
    const file = writeImage(before);
    const after = readImage(file);
    // The file header, which says where the tables are, and that of the program headers.
    const from = (image: Image) => image.segments[0]!.bytes.slice(PAGE / 4);
    deepEqual(from(after).subarray(0, from(before).length), from(before));
    for (const [index, { address, memorySize, bytes }] of before.segments.entries()) {
      deepEqual([after.segments[index]!.address, after.segments[index]!.memorySize], [address, memorySize]);
      if (index > 0) deepEqual(file.slice(address, address + bytes.length), bytes);
    }
    const { programOffset, programCount } = readHeader(file);
    for (const { type, offset, address, fileSize } of readProgramHeaders(file, programOffset, programCount)) {
      if (fileSize > 0n && type !== PT_PHDR) equal(offset, address);
    }
  },
});

Deno.test({
  ...ON_X86,
  name: "writeImage() gives a page that the file holds in part all of its zeros, and says so in the sections",
  fn: () => {
    const before = readImage(systemProgram("sh"));
    const after = rewritten("sh");
    const isBss = ({ type, flags }: Section) => type === SHT_NOBITS && (flags & SHF_TLS) === 0n;
    const index = before.segments.findIndex(({ bytes, memorySize }) => bytes.length < memorySize);
    const [old, now] = [before.segments[index]!, after.segments[index]!];
    const end = now.address + now.bytes.length;
    ok(now.bytes.length > old.bytes.length);
    ok(end % PAGE === 0 || now.bytes.length === now.memorySize);
    ok(now.bytes.subarray(old.bytes.length).every((byte) => byte === 0));
    for (const section of after.sections.filter(isBss)) ok(section.address >= end, section.name);
    const last = (image: Image) => Math.max(...image.sections.map(({ address, size }) => address + size));
    equal(last(after), last(before));
  },
});

Deno.test({
  ...ON_X86,
  name: "writeImage() drops the sections that are not loaded, and keeps what the others say of each other",
  fn: () => {
    const before = readImage(Deno.readFileSync(Deno.execPath()));
    // As when sections move: the numbers of all change.
    before.sections.reverse();
    const after = readImage(writeImage(before));
    deepEqual(after.sections.map(({ name }) => name), before.sections.map(({ name }) => name));
    ok(!after.sections.some(({ name }) => name === ".symtab"));
    equal(named(after, ".dynsym").link?.name, ".dynstr");
    equal(named(after, ".gnu.version").link?.name, ".dynsym");
    const about = named(after, ".rela.plt").info;
    deepEqual(typeof about === "object" && about.name, ".got.plt");
    deepEqual(sectionsOfSymbols(after), sectionsOfSymbols(before));
    ok(sectionsOfSymbols(after).includes(".text"));
  },
});

Deno.test("writeImage() of what it made changes nothing", () => {
  const once = writeImage(readImage(systemProgram("true")));
  deepEqual(writeImage(readImage(once)), once);
});

Deno.test("readImage() refuses no ELF file, one that is cut off, and one without sections or segments", () => {
  throws(() => readImage(new Uint8Array(100)), /not a 64-bit little-endian ELF/);
  const file = systemProgram("true");
  throws(() => readImage(file.slice(0, file.length - 1)), /section headers .* reach past the end/);
  throws(() => readImage(file.slice(0, 0x1000)), /a segment .* reach past the end/);
  const bare = file.slice();
  viewOf(bare).setUint16(60, 0, true);
  throws(() => readImage(bare), /has no sections/);
  bare.set(file);
  viewOf(bare).setUint16(56, 0, true);
  throws(() => readImage(bare), /no segment to load at address 0/);
});

Deno.test("readImage() refuses a loaded section that refers to one that is not", () => {
  const sections = SECTIONS.map((one) => one.name === ".dynsym" ? { ...one, link: 8 } : one);
  const file = new Uint8Array(300 + 8192);
  file.set(handMadeElf(sections));
  throws(() => readImage(file), /a loaded section refers to section 8, which is not loaded/);
});
