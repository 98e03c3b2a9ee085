/**
 * The few parts of a 64-bit little-endian ELF file that the build reads and writes: the file header, program
 * headers and section headers. Layouts are those of the System V ABI (`Elf64_Ehdr`, `Elf64_Phdr`, `Elf64_Shdr`).
 */

/** Size of the file header, one program header and one section header, in bytes. */
export const HEADER_SIZE = 64;
export const PROGRAM_HEADER_SIZE = 56;
export const SECTION_HEADER_SIZE = 64;

/** Size of a symbol (`Elf64_Sym`), and where in it the number of its section is (`st_shndx`, two bytes). */
export const SYMBOL_SIZE = 24;
export const ST_SHNDX = 6;

/** Program header types (`p_type`). */
export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_INTERP = 3;
export const PT_NOTE = 4;
export const PT_PHDR = 6;
export const PT_GNU_RELRO = 0x6474e552;

/** Section types (`sh_type`) and flags (`sh_flags`). */
export const SHT_PROGBITS = 1;
export const SHT_STRTAB = 3;
export const SHT_RELA = 4;
export const SHT_NOBITS = 8;
export const SHT_DYNSYM = 11;
export const SHF_ALLOC = 2n;
export const SHF_EXECINSTR = 4n;
export const SHF_INFO_LINK = 0x40n;
export const SHF_TLS = 0x400n;

/** The tables' places, from the file header. Offsets are bytes from the start of the file. */
export interface ElfHeader {
  machine: number;
  entry: bigint;
  programOffset: number;
  programCount: number;
  sectionOffset: number;
  sectionCount: number;
  /** Index of the section that holds the sections' names. */
  namesIndex: number;
}

/** One program header. `flags`: 1 execute, 2 write, 4 read. */
export interface ProgramHeader {
  type: number;
  flags: number;
  offset: bigint;
  address: bigint;
  fileSize: bigint;
  memorySize: bigint;
  align: bigint;
}

/** One section header; `name` is an offset into the section of names. */
export interface SectionHeader {
  name: number;
  type: number;
  flags: bigint;
  address: bigint;
  offset: bigint;
  size: bigint;
  link: number;
  info: number;
  align: bigint;
  entrySize: bigint;
}

/** A view over all bytes of a file. */
export function viewOf(file: Uint8Array): DataView<ArrayBufferLike> {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}

/**
 * Reads the file header.
 *
 * @throws {Error} when the file is not a 64-bit little-endian ELF file or is shorter than its header.
 */
export function readHeader(file: Uint8Array): ElfHeader {
  const magic = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
  if (file.length < HEADER_SIZE || magic.some((byte, at) => file[at] !== byte)) {
    throw new Error(`not a 64-bit little-endian ELF file (${file.length} bytes)`);
  }
  const view = viewOf(file);
  return {
    machine: view.getUint16(18, true),
    entry: view.getBigUint64(24, true),
    programOffset: Number(view.getBigUint64(32, true)),
    sectionOffset: Number(view.getBigUint64(40, true)),
    programCount: view.getUint16(56, true),
    sectionCount: view.getUint16(60, true),
    namesIndex: view.getUint16(62, true),
  };
}

/** Writes back what {@link readHeader} returns, except `machine`. */
export function writeHeader(file: Uint8Array, header: ElfHeader): void {
  const view = viewOf(file);
  view.setBigUint64(24, header.entry, true);
  view.setBigUint64(32, BigInt(header.programOffset), true);
  view.setBigUint64(40, BigInt(header.sectionOffset), true);
  view.setUint16(56, header.programCount, true);
  view.setUint16(60, header.sectionCount, true);
  view.setUint16(62, header.namesIndex, true);
}

/** Reads `count` program headers at `offset`. @throws {Error} when they reach past the end of the file. */
export function readProgramHeaders(file: Uint8Array, offset: number, count: number): ProgramHeader[] {
  requireInside(file, "program headers", offset, count * PROGRAM_HEADER_SIZE);
  const view = viewOf(file);
  return Array.from({ length: count }, (_, index) => {
    const at = offset + index * PROGRAM_HEADER_SIZE;
    return {
      type: view.getUint32(at, true),
      flags: view.getUint32(at + 4, true),
      offset: view.getBigUint64(at + 8, true),
      address: view.getBigUint64(at + 16, true),
      fileSize: view.getBigUint64(at + 32, true),
      memorySize: view.getBigUint64(at + 40, true),
      align: view.getBigUint64(at + 48, true),
    };
  });
}

/** Writes one program header at `at` (physical address = virtual address, as linkers do). */
export function writeProgramHeader(file: Uint8Array, at: number, header: ProgramHeader): void {
  const view = viewOf(file);
  view.setUint32(at, header.type, true);
  view.setUint32(at + 4, header.flags, true);
  view.setBigUint64(at + 8, header.offset, true);
  view.setBigUint64(at + 16, header.address, true);
  view.setBigUint64(at + 24, header.address, true);
  view.setBigUint64(at + 32, header.fileSize, true);
  view.setBigUint64(at + 40, header.memorySize, true);
  view.setBigUint64(at + 48, header.align, true);
}

/** Reads `count` section headers at `offset`. @throws {Error} when they reach past the end of the file. */
export function readSectionHeaders(file: Uint8Array, offset: number, count: number): SectionHeader[] {
  requireInside(file, "section headers", offset, count * SECTION_HEADER_SIZE);
  const view = viewOf(file);
  return Array.from({ length: count }, (_, index) => {
    const at = offset + index * SECTION_HEADER_SIZE;
    return {
      name: view.getUint32(at, true),
      type: view.getUint32(at + 4, true),
      flags: view.getBigUint64(at + 8, true),
      address: view.getBigUint64(at + 16, true),
      offset: view.getBigUint64(at + 24, true),
      size: view.getBigUint64(at + 32, true),
      link: view.getUint32(at + 40, true),
      info: view.getUint32(at + 44, true),
      align: view.getBigUint64(at + 48, true),
      entrySize: view.getBigUint64(at + 56, true),
    };
  });
}

/** Writes one section header at `at`. */
export function writeSectionHeader(file: Uint8Array, at: number, header: SectionHeader): void {
  const view = viewOf(file);
  view.setUint32(at, header.name, true);
  view.setUint32(at + 4, header.type, true);
  view.setBigUint64(at + 8, header.flags, true);
  view.setBigUint64(at + 16, header.address, true);
  view.setBigUint64(at + 24, header.offset, true);
  view.setBigUint64(at + 32, header.size, true);
  view.setUint32(at + 40, header.link, true);
  view.setUint32(at + 44, header.info, true);
  view.setBigUint64(at + 48, header.align, true);
  view.setBigUint64(at + 56, header.entrySize, true);
}

/** The NUL-terminated name at `offset` in the table of names `section`; "" when it lies outside the file. */
export function nameAt(file: Uint8Array, section: SectionHeader, offset: number): string {
  const start = Number(section.offset) + offset;
  const end = file.indexOf(0, start);
  if (offset >= Number(section.size) || end < 0) return "";
  return new TextDecoder().decode(file.subarray(start, end));
}

/** @throws {Error} when `size` bytes from `offset` are not all inside the file. */
export function requireInside(file: Uint8Array, what: string, offset: number, size: number): void {
  if (offset < 0 || offset + size > file.length) {
    throw new Error(
      `${what} (${size} bytes at ${offset}) reach past the end of the file (${file.length} bytes)`,
    );
  }
}
