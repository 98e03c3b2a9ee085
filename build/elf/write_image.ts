import {
  HEADER_SIZE,
  PROGRAM_HEADER_SIZE,
  type ProgramHeader,
  PT_LOAD,
  PT_PHDR,
  readHeader,
  SECTION_HEADER_SIZE,
  type SectionHeader,
  SHF_TLS,
  SHT_DYNSYM,
  SHT_NOBITS,
  SHT_PROGBITS,
  SHT_STRTAB,
  ST_SHNDX,
  SYMBOL_SIZE,
  viewOf,
  writeHeader,
  writeProgramHeader,
  writeSectionHeader,
} from "./elf64.ts";
import { type Image, PAGE, roundUp, type Section, type Segment } from "./image.ts";

/**
 * Writes an executable whose bytes have the same places in the file as in memory, with tables of program
 * headers at `tableAt` and of sections at the end. The same image produces the same bytes on any machine.
 *
 * A page of which the file holds the beginning and the rest is zero gets all of it from the file: else the kernel
 * zeroes the rest at each start, and kills the process where the file is cut off before that.
 *
 * @param tableAt the free place for the program headers in the first segment
 */
export function writeImage(image: Image, tableAt = HEADER_SIZE): Uint8Array<ArrayBuffer> {
  const sections = structuredClone(image.sections);
  for (const segment of image.segments) fillPage(sections, segment);
  const table = [...image.segments.map(headerOf), ...image.others.map(placed)];
  const order = (one: ProgramHeader) => one.type === PT_PHDR ? 0 : one.type === PT_LOAD ? 1 : 2;
  table.sort((a, b) => order(a) - order(b));
  const size = table.length * PROGRAM_HEADER_SIZE;
  const own = table.find(({ type }) => type === PT_PHDR);
  if (own) Object.assign(own, range(tableAt, size));

  const end = Math.max(
    ...table.filter(({ type }) => type === PT_LOAD).map((one) => Number(one.offset + one.fileSize)),
  );
  const { bytes: names, offsets } = nameTable([...sections.map(({ name }) => name), ".shstrtab"]);
  const sectionOffset = roundUp(end + names.length, 8);
  const rows = [EMPTY, ...sections.map((section, index) => rowOf(section, offsets[index]!, sections))];
  const namesPlace = { name: offsets.at(-1)!, offset: BigInt(end), size: BigInt(names.length) };
  rows.push({ ...EMPTY, ...namesPlace, type: SHT_STRTAB, align: 1n });

  const out = new Uint8Array(sectionOffset + rows.length * SECTION_HEADER_SIZE);
  for (const { address, bytes } of image.segments) out.set(bytes, address);
  renumberSymbols(out, sections);
  out.set(image.header);
  out.set(names, end);
  table.forEach((one, index) => writeProgramHeader(out, tableAt + index * PROGRAM_HEADER_SIZE, one));
  rows.forEach((row, index) => writeSectionHeader(out, sectionOffset + index * SECTION_HEADER_SIZE, row));
  writeHeader(out, {
    ...readHeader(out),
    entry: BigInt(image.entry),
    programOffset: tableAt,
    programCount: table.length,
    sectionOffset,
    sectionCount: rows.length,
    namesIndex: rows.length - 1,
  });
  return out;
}

/** Up to where the file holds a segment's memory: the end of a page, unless its memory ends before. */
function fileEnd({ address, bytes, memorySize }: Segment): number {
  return Math.min(address + memorySize, roundUp(address + bytes.length, PAGE));
}

function headerOf(segment: Segment): ProgramHeader {
  const { flags, address, memorySize, align } = segment;
  const place = range(address, fileEnd(segment) - address);
  return { type: PT_LOAD, flags, ...place, memorySize: BigInt(memorySize), align: BigInt(align) };
}

function placed(header: ProgramHeader): ProgramHeader {
  return { ...header, offset: header.address };
}

function range(address: number, size: number) {
  return {
    offset: BigInt(address),
    address: BigInt(address),
    fileSize: BigInt(size),
    memorySize: BigInt(size),
  };
}

/** Makes sections say that the file holds a segment's last page whole: what of `.bss` is in it goes to the one before. */
function fillPage(sections: Section[], segment: Segment): void {
  const end = fileEnd(segment);
  for (const [index, section] of sections.entries()) {
    const { type, flags, address, size } = section;
    const isZero = type === SHT_NOBITS && (flags & SHF_TLS) === 0n;
    if (!isZero || address < segment.address || address >= end) continue;
    const before = sections[index - 1];
    if (address + size <= end || !before) section.type = SHT_PROGBITS;
    else {
      before.size = end - before.address;
      Object.assign(section, { address: end, size: address + size - end });
    }
  }
}

/** Makes the symbols of libraries name their sections by the numbers that these now have. */
function renumberSymbols(out: Uint8Array, sections: Section[]): void {
  const view = viewOf(out);
  const numbers = new Map(sections.map(({ index }, i) => [index, i + 1]));
  for (const { address, size } of sections.filter(({ type }) => type === SHT_DYNSYM)) {
    for (let at = address + ST_SHNDX; at < address + size; at += SYMBOL_SIZE) {
      const number = numbers.get(view.getUint16(at, true));
      if (number !== undefined) view.setUint16(at, number, true);
    }
  }
}

const EMPTY: SectionHeader = {
  name: 0,
  type: 0,
  flags: 0n,
  address: 0n,
  offset: 0n,
  size: 0n,
  link: 0,
  info: 0,
  align: 0n,
  entrySize: 0n,
};

function rowOf(section: Section, name: number, all: Section[]): SectionHeader {
  const index = (one: Section) => all.indexOf(one) + 1;
  const { link, info } = section;
  return {
    ...section,
    name,
    address: BigInt(section.address),
    offset: BigInt(section.address),
    size: BigInt(section.size),
    link: link ? index(link) : 0,
    info: typeof info === "number" ? info : index(info),
  };
}

/** Names one after the other, each ending in NUL; the empty name is at 0. */
function nameTable(names: string[]): { bytes: Uint8Array; offsets: number[] } {
  let text = "\0";
  const offsets = names.map((name) => {
    const at = text.length;
    text += `${name}\0`;
    return at;
  });
  return { bytes: new TextEncoder().encode(text), offsets };
}
