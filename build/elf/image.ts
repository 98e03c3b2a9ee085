import {
  HEADER_SIZE,
  nameAt,
  type ProgramHeader,
  PT_LOAD,
  readHeader,
  readProgramHeaders,
  readSectionHeaders,
  requireInside,
  type SectionHeader,
  SHF_ALLOC,
  SHF_INFO_LINK,
  SHT_RELA,
} from "./elf64.ts";

/** The smallest page of the machines that Deno is made for, in bytes. */
export const PAGE = 4096;

/** A part of memory: the file's bytes begin at `address`, and zeros follow up to `memorySize`. */
export interface Segment {
  flags: number;
  address: number;
  memorySize: number;
  align: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A loaded section: its address in memory, and the fields of its header. */
export interface Section
  extends Omit<SectionHeader, "name" | "offset" | "address" | "size" | "link" | "info"> {
  name: string;
  /** Its place in the file's table, by which symbols name it; undefined for a new section. */
  index?: number;
  address: number;
  size: number;
  /** The section that `sh_link` names. */
  link: Section | undefined;
  /** The section that `sh_info` names, or the number that it is. */
  info: Section | number;
}

/** A position-independent program, as it is in memory. Addresses count from its first byte. */
export interface Image {
  /** The file's first 64 bytes. */
  header: Uint8Array<ArrayBuffer>;
  entry: number;
  /** In the order of their addresses. */
  segments: Segment[];
  /** Program headers of other types than PT_LOAD. What they describe lies in the segments; their offsets are ignored. */
  others: ProgramHeader[];
  /** In the order of the file, without the empty one. */
  sections: Section[];
}

/**
 * Reads the parts of an executable that are loaded into memory; the rest (symbols, compiler notes) is
 * omitted.
 *
 * @throws {Error} when the file is no 64-bit ELF file, is cut off, cannot be loaded anywhere, or has no sections
 */
export function readImage(file: Uint8Array): Image {
  const header = readHeader(file);
  const headers = readProgramHeaders(file, header.programOffset, header.programCount);
  const segments = headers.filter(({ type }) => type === PT_LOAD).map((one): Segment => {
    requireInside(file, "a segment", Number(one.offset), Number(one.fileSize));
    return {
      flags: one.flags,
      address: Number(one.address),
      memorySize: Number(one.memorySize),
      align: Number(one.align),
      bytes: file.slice(Number(one.offset), Number(one.offset + one.fileSize)),
    };
  });
  if (segments[0]?.address !== 0) throw new Error("the program has no segment to load at address 0");
  return {
    header: file.slice(0, HEADER_SIZE),
    entry: Number(header.entry),
    segments,
    others: headers.filter(({ type }) => type !== PT_LOAD),
    sections: readSections(file),
  };
}

function readSections(file: Uint8Array): Section[] {
  const { sectionOffset, sectionCount, namesIndex } = readHeader(file);
  const rows = readSectionHeaders(file, sectionOffset, sectionCount);
  const names = rows[namesIndex];
  if (!names) throw new Error("the program has no sections");
  const sections = rows.map((row, index): Section | undefined =>
    (row.flags & SHF_ALLOC) === 0n ? undefined : {
      ...row,
      name: nameAt(file, names, row.name),
      index,
      address: Number(row.address),
      size: Number(row.size),
      link: undefined,
      info: row.info,
    }
  );
  const named = (index: number) => {
    const section = sections[index];
    if (!section) throw new Error(`a loaded section refers to section ${index}, which is not loaded`);
    return section;
  };
  sections.forEach((section, index) => {
    const { link, info } = rows[index]!;
    if (section && link !== 0) section.link = named(link);
    if (section && isLinkInInfo(section) && info !== 0) section.info = named(info);
  });
  return sections.filter((section) => section !== undefined);
}

function isLinkInInfo({ type, flags }: Section): boolean {
  return (flags & SHF_INFO_LINK) !== 0n || type === SHT_RELA;
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
