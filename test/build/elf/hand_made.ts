import {
  HEADER_SIZE,
  PROGRAM_HEADER_SIZE,
  PT_LOAD,
  PT_PHDR,
  SECTION_HEADER_SIZE,
  type SectionHeader,
  SHF_ALLOC,
  SHT_STRTAB,
  writeHeader,
  writeProgramHeader,
  writeSectionHeader,
} from "../../../build/elf/elf64.ts";

/** One section of a hand-made file. */
export interface HandMadeSection {
  name: string;
  type?: number;
  loaded?: boolean;
  link?: number;
  text?: string;
}

/** Six sections of a linked program, the last two not loaded, and the table of names behind them. */
export const SECTIONS: HandMadeSection[] = [
  { name: "" },
  { name: ".interp", type: 1, loaded: true, text: "interp" },
  { name: ".dynsym", type: 11, loaded: true, link: 3, text: "symbols" },
  { name: ".dynstr", type: 3, loaded: true, text: "names" },
  { name: ".text", type: 1, loaded: true, text: "code code" },
  { name: ".data", type: 1, loaded: true, text: "data" },
  { name: ".bss", type: 8, loaded: true },
  { name: ".symtab", type: 2, link: 8, text: "more symbols" },
  { name: ".strtab", type: 3, text: "more names" },
];

/** Lays out a small ELF file as a linker does: program headers in front, section headers at the end. */
export function handMadeElf(sections: HandMadeSection[] = SECTIONS): Uint8Array {
  const all: HandMadeSection[] = [...sections, { name: ".shstrtab", type: SHT_STRTAB }];
  const names = all.map((one) => `${one.name}\0`).join("");
  const file = new Uint8Array(8192);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  let at = HEADER_SIZE + 2 * PROGRAM_HEADER_SIZE;
  const headers = all.map((one, index): SectionHeader => {
    const text = new TextEncoder().encode(one.name === ".shstrtab" ? names : one.text ?? "");
    const offset = index === 0 ? 0 : at;
    file.set(text, at);
    at += text.length;
    return {
      name: index === 0 ? 0 : names.indexOf(`\0${one.name}\0`) + 1,
      type: one.type ?? 0,
      flags: one.loaded ? SHF_ALLOC : 0n,
      address: one.loaded ? BigInt(offset) : 0n,
      offset: BigInt(offset),
      size: BigInt(text.length),
      link: one.link ?? 0,
      info: 0,
      align: 1n,
      entrySize: 0n,
    };
  });
  const tableAt = Math.ceil(at / 8) * 8;
  const segment = { flags: 4, align: 8n };
  writeProgramHeader(file, HEADER_SIZE, {
    ...segment,
    type: PT_PHDR,
    offset: 64n,
    address: 64n,
    fileSize: 112n,
    memorySize: 112n,
  });
  writeProgramHeader(file, HEADER_SIZE + PROGRAM_HEADER_SIZE, {
    ...segment,
    type: PT_LOAD,
    offset: 0n,
    address: 0n,
    fileSize: 300n,
    memorySize: 300n,
  });
  headers.forEach((header, index) => writeSectionHeader(file, tableAt + index * SECTION_HEADER_SIZE, header));
  writeHeader(file, {
    machine: 62,
    entry: 128n,
    programOffset: HEADER_SIZE,
    programCount: 2,
    sectionOffset: tableAt,
    sectionCount: all.length,
    namesIndex: all.length - 1,
  });
  return file.slice(0, tableAt + all.length * SECTION_HEADER_SIZE);
}
