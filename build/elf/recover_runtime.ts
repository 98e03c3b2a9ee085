import {
  HEADER_SIZE,
  nameAt,
  PROGRAM_HEADER_SIZE,
  PT_PHDR,
  readHeader,
  readProgramHeaders,
  readSectionHeaders,
  requireInside,
  SECTION_HEADER_SIZE,
  type SectionHeader,
  SHT_STRTAB,
  viewOf,
  writeHeader,
} from "./elf64.ts";

/** How many section headers must be alike before a place counts as the original table. */
const ALIKE = 5;

/**
 * Recovers the base runtime of a program made by `deno compile` (Deno 2.9 on Linux).
 *
 * Deno puts the program behind the runtime, as sections `.sui.phdrs` and `.note.sui`, and writes new header tables
 * at the end; the runtime's own tables stay where they were, and nothing else of it changes. So: program headers
 * are where every linker puts them (right behind the file header, their number is in the first of them), section
 * headers are found by searching backwards from `.sui.phdrs`, and the file ends with them.
 *
 * @returns A new array; `program` is not changed.
 * @throws {Error} when the file is not such a program; the message says what is missing.
 */
export function recoverRuntime(program: Uint8Array): Uint8Array {
  const header = readHeader(program);
  const sections = readSectionHeaders(program, header.sectionOffset, header.sectionCount);
  const names = sections[header.namesIndex];
  if (!names) throw new Error("not a program made by deno compile: it has no section names");
  const added = sections.find((section) => nameAt(program, names, section.name) === ".sui.phdrs");
  if (!added) throw new Error("not a program made by deno compile: it has no section .sui.phdrs");

  const limit = Number(added.offset);
  requireInside(program, ".sui.phdrs", limit, 0);
  const sectionOffset = findTable(program, sections, limit);
  const original = originalTable(program, sectionOffset, limit);
  const [first] = readProgramHeaders(program, HEADER_SIZE, 1);
  if (!first || first.type !== PT_PHDR || first.offset !== BigInt(HEADER_SIZE)) {
    throw new Error("the runtime's own program headers do not follow the file header directly");
  }

  const runtime = program.slice(0, sectionOffset + original.length * SECTION_HEADER_SIZE);
  writeHeader(runtime, {
    ...header,
    programOffset: HEADER_SIZE,
    programCount: Number(first.fileSize) / PROGRAM_HEADER_SIZE,
    sectionOffset,
    sectionCount: original.length,
    namesIndex: namesIndexOf(program, original),
  });
  return runtime;
}

/** Searches backwards from `limit` for a table whose first sections lie where those of `sections` do. */
function findTable(program: Uint8Array, sections: SectionHeader[], limit: number): number {
  const view = viewOf(program);
  const wanted = sections.slice(1, ALIKE + 1);
  const first = wanted[0];
  if (!first || wanted.length < ALIKE) throw new Error(`it has fewer than ${ALIKE} sections`);
  const lowest = limit - (ALIKE + 1) * SECTION_HEADER_SIZE;
  for (let at = lowest - lowest % 8; at >= HEADER_SIZE; at -= 8) {
    // One cheap comparison rules out nearly every place in 100 MB.
    if (view.getUint32(at + SECTION_HEADER_SIZE + 24, true) !== Number(first.offset & 0xffffffffn)) continue;
    const rows = readSectionHeaders(program, at, ALIKE + 1);
    if (!isEmpty(rows[0])) continue;
    if (wanted.every((section, index) => isSame(section, rows[index + 1]))) return at;
  }
  throw new Error("the runtime's own section headers were not found");
}

/** The table at `offset`: all rows before `limit` less the zero bytes that pad it to a page. */
function originalTable(program: Uint8Array, offset: number, limit: number): SectionHeader[] {
  const rows = readSectionHeaders(program, offset, Math.floor((limit - offset) / SECTION_HEADER_SIZE));
  while (rows.length > 1 && isEmpty(rows.at(-1))) rows.pop();
  return rows;
}

/** The section that holds the names is the one that names itself. */
function namesIndexOf(program: Uint8Array, rows: SectionHeader[]): number {
  const index = rows.findIndex((row) =>
    row.type === SHT_STRTAB && nameAt(program, row, row.name) === ".shstrtab"
  );
  if (index < 0) throw new Error("the runtime's own section names (.shstrtab) were not found");
  return index;
}

function isEmpty(row: SectionHeader | undefined): boolean {
  return row !== undefined && row.type === 0 && row.size === 0n && row.offset === 0n && row.name === 0;
}

/** Names may differ (the added table has its own list of them); everything else may not. */
function isSame(left: SectionHeader, right: SectionHeader | undefined): boolean {
  return right !== undefined && left.type === right.type && left.flags === right.flags &&
    left.address === right.address && left.offset === right.offset && left.size === right.size;
}
