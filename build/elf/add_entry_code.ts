import {
  PROGRAM_HEADER_SIZE,
  type ProgramHeader,
  PT_INTERP,
  PT_LOAD,
  readHeader,
  readProgramHeaders,
  writeHeader,
  writeProgramHeader,
} from "./elf64.ts";
import type { Assembled } from "./assemble.ts";
import { entryCode, type Program } from "./entry_code.ts";

const PAGE = 4096;
const READ_EXECUTE = 5;
const X86_64 = 62;

/**
 * Puts code before the program's own entry.
 *
 * The code goes to the end of the file, into a segment of its own, and behind it a new table of program headers for
 * the kernel: with that segment, and without an interpreter, so that the kernel enters the code and not ld.so. The
 * old table stays where it is, for ld.so and everybody who looks in memory. Segments stay in the order of their
 * addresses, which the kernel relies on.
 *
 * @param program a dynamic executable that can be loaded anywhere
 * @param code makes the code; by default hookvisor's
 * @returns A new array; `program` is not changed.
 * @throws {Error} when the program has no interpreter, or is not for x86-64.
 */
export async function addEntryCode(
  program: Uint8Array<ArrayBuffer>,
  code: (program: Program) => Assembled = entryCode,
): Promise<Uint8Array> {
  const header = readHeader(program);
  if (header.machine !== X86_64) {
    throw new Error(`entry code is for x86-64 (machine ${X86_64}), not machine ${header.machine}`);
  }
  const headers = readProgramHeaders(program, header.programOffset, header.programCount);
  const last = headers.findLast((one) => one.type === PT_LOAD);
  if (!last) throw new Error("the program has no segment to load");
  const named = headers.find((one) => one.type === PT_INTERP);
  if (!named) throw new Error("the program has no interpreter");

  const offset = roundUp(program.length, PAGE);
  const address = roundUp(Number(last.address + last.memorySize), PAGE);
  const interpreter = new TextDecoder().decode(
    program.subarray(Number(named.offset), Number(named.offset + named.fileSize) - 1),
  );
  const tag = new Uint8Array(await crypto.subtle.digest("SHA-256", program)).slice(0, 16);
  const known = { interpreter, tag, imageSize: address, tableCount: header.programCount };
  const unknown = { entryDistance: 0, imageDistance: 0, tableDistance: 0 };
  const beginning = address + code({ ...known, ...unknown }).labels.get("beginning")!;
  const assembled = code({
    ...known,
    entryDistance: Number(header.entry) - beginning,
    imageDistance: -beginning,
    tableDistance: addressOf(headers, header.programOffset) - beginning,
  });

  const table = headers.filter((one) => one !== named);
  const tableAt = roundUp(assembled.code.length, 8);
  const size = tableAt + (table.length + 1) * PROGRAM_HEADER_SIZE;
  const segment: ProgramHeader = {
    type: PT_LOAD,
    flags: READ_EXECUTE,
    offset: BigInt(offset),
    address: BigInt(address),
    fileSize: BigInt(size),
    memorySize: BigInt(size),
    align: BigInt(PAGE),
  };
  table.splice(table.indexOf(last) + 1, 0, segment);

  const out = new Uint8Array(offset + size);
  out.set(program);
  out.set(assembled.code, offset);
  table.forEach((one, index) => {
    writeProgramHeader(out, offset + tableAt + index * PROGRAM_HEADER_SIZE, one);
  });
  const entry = BigInt(address);
  writeHeader(out, { ...header, entry, programOffset: offset + tableAt, programCount: table.length });
  return out;
}

/** The address in memory of what is at an offset in the file. */
function addressOf(headers: ProgramHeader[], offset: number): number {
  const holder = headers.find((one) =>
    one.type === PT_LOAD && one.offset <= offset && one.offset + one.fileSize > offset
  );
  if (!holder) throw new Error("the program headers are in no segment");
  return offset - Number(holder.offset) + Number(holder.address);
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
