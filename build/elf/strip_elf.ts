import {
  nameAt,
  readHeader,
  readSectionHeaders,
  requireInside,
  SECTION_HEADER_SIZE,
  type SectionHeader,
  SHF_ALLOC,
  SHF_INFO_LINK,
  SHT_NOBITS,
  SHT_RELA,
  SHT_STRTAB,
  writeHeader,
  writeSectionHeader,
} from "./elf64.ts";

/**
 * Drops what an executable does not need to run: every section that is not loaded into memory (symbols, their
 * names, compiler notes). Nothing that is loaded moves or changes; a new, shorter table of sections ends the file.
 * The same input gives the same bytes, on any machine.
 *
 * @returns A new array; `file` is not changed.
 * @throws {Error} when the file is no 64-bit ELF file, has no sections, or keeps loaded bytes behind unloaded ones.
 */
export function stripElf(file: Uint8Array): Uint8Array {
  const header = readHeader(file);
  const sections = readSectionHeaders(file, header.sectionOffset, header.sectionCount);
  const names = sections[header.namesIndex];
  if (!names) throw new Error("it has no sections to strip");

  const keep = sections.filter((section, index) => index === 0 || (section.flags & SHF_ALLOC) !== 0n);
  const end = Math.max(...keep.map(endInFile));
  requireInside(file, "loaded sections", 0, end);
  const dropped = sections.filter((section) => !keep.includes(section) && section.size > 0n);
  if (dropped.some((section) => endInFile(section) > 0 && Number(section.offset) < end)) {
    throw new Error("loaded sections lie behind sections that are not: cutting would move them");
  }

  const newIndex = new Map(keep.map((section, index) => [sections.indexOf(section), index]));
  const text = keep.map((section) => nameAt(file, names, section.name));
  const { bytes, offsets } = nameTable([...text, ".shstrtab"]);
  const tableAt = roundUp(end + bytes.length, 8);
  const out = new Uint8Array(tableAt + (keep.length + 1) * SECTION_HEADER_SIZE);
  out.set(file.subarray(0, end));
  out.set(bytes, end);

  const rows = keep.map((section, index) => ({
    ...section,
    name: offsets[index] ?? 0,
    link: remap(newIndex, section.link),
    info: hasLinkInInfo(section) ? remap(newIndex, section.info) : section.info,
  }));
  rows.push(namesSection(offsets[keep.length] ?? 0, end, bytes.length));
  rows.forEach((row, index) => writeSectionHeader(out, tableAt + index * SECTION_HEADER_SIZE, row));
  writeHeader(out, {
    ...header,
    sectionOffset: tableAt,
    sectionCount: rows.length,
    namesIndex: rows.length - 1,
  });
  return out;
}

function endInFile(section: SectionHeader): number {
  return section.type === SHT_NOBITS ? 0 : Number(section.offset + section.size);
}

function hasLinkInInfo(section: SectionHeader): boolean {
  return (section.flags & SHF_INFO_LINK) !== 0n || (section.type === SHT_RELA && section.info !== 0);
}

function remap(newIndex: Map<number, number>, index: number): number {
  const found = newIndex.get(index);
  if (found === undefined) {
    throw new Error(`a loaded section refers to section ${index}, which is not loaded`);
  }
  return found;
}

/** Names one after the other, each ending in NUL; the empty name is at 0. */
function nameTable(names: string[]): { bytes: Uint8Array; offsets: number[] } {
  let text = "\0";
  const offsets = names.map((name) => {
    if (name === "") return 0;
    const at = text.length;
    text += `${name}\0`;
    return at;
  });
  return { bytes: new TextEncoder().encode(text), offsets };
}

function namesSection(name: number, offset: number, size: number): SectionHeader {
  return {
    name,
    type: SHT_STRTAB,
    flags: 0n,
    address: 0n,
    offset: BigInt(offset),
    size: BigInt(size),
    link: 0,
    info: 0,
    align: 1n,
    entrySize: 0n,
  };
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
