import {
  PROGRAM_HEADER_SIZE,
  type ProgramHeader,
  PT_LOAD,
  PT_NOTE,
  readHeader,
  readProgramHeaders,
  viewOf,
  writeHeader,
  writeProgramHeader,
} from "./elf64.ts";

const PAGE = 4096;
const READ_EXECUTE = 5;
const JUMP_SIZE = 5;

/**
 * Adds x86-64 code that runs before the program's own entry and then goes on there.
 *
 * The code goes to the end of the file, into a segment of its own. Its program header takes the place of the
 * linker's note (build id), which nothing needs at run time; notes that are part of a later segment, as Deno's own
 * with the program, stay. Segments stay in the order of their addresses, which the kernel and ld.so rely on.
 *
 * @param code must fall off its end with all registers that the ABI defines at entry as they were
 * @returns A new array; `program` is not changed.
 * @throws {Error} when there is no program header to spare, or the file is not for x86-64.
 */
export function addEntryCode(program: Uint8Array, code: Uint8Array): Uint8Array {
  const header = readHeader(program);
  if (header.machine !== 62) {
    throw new Error(`entry code is for x86-64 (machine 62), not machine ${header.machine}`);
  }
  const headers = readProgramHeaders(program, header.programOffset, header.programCount);
  const last = headers.findLast((one) => one.type === PT_LOAD);
  if (!last) throw new Error("the program has no segment to load");
  const spare = headers.findIndex((one) => one.type === PT_NOTE && one.address < last.address);
  if (spare < 0) throw new Error("the program has no note whose program header could be used");

  const offset = roundUp(program.length);
  const address = roundUp(Number(last.address + last.memorySize));
  const size = code.length + JUMP_SIZE;
  const segment: ProgramHeader = {
    type: PT_LOAD,
    flags: READ_EXECUTE,
    offset: BigInt(offset),
    address: BigInt(address),
    fileSize: BigInt(size),
    memorySize: BigInt(size),
    align: BigInt(PAGE),
  };
  headers.splice(headers.indexOf(last) + 1, 0, segment);
  headers.splice(spare, 1);

  const out = new Uint8Array(offset + size);
  out.set(program);
  out.set(code, offset);
  out[offset + code.length] = 0xe9;
  viewOf(out).setInt32(offset + code.length + 1, Number(header.entry) - (address + size), true);
  headers.forEach((one, index) => {
    writeProgramHeader(out, header.programOffset + index * PROGRAM_HEADER_SIZE, one);
  });
  writeHeader(out, { ...header, entry: BigInt(address) });
  return out;
}

function roundUp(value: number): number {
  return Math.ceil(value / PAGE) * PAGE;
}
