import {
  PROGRAM_HEADER_SIZE,
  PT_GNU_RELRO,
  PT_INTERP,
  PT_PHDR,
  readHeader,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHT_PROGBITS,
} from "./elf64.ts";
import type { Assembled } from "./assemble.ts";
import { CODE_ADDRESS, entryCode, type Program, type Sums, UNKNOWN } from "./entry_code.ts";
import { type Image, PAGE, readImage, roundUp, type Section } from "./image.ts";
import { endOf, moveSections, putSymbolsFirst } from "./move_sections.ts";
import { writeImage } from "./write_image.ts";

/** How many program headers may be added after the code, for the same reason. */
const SPARE_HEADERS = 8;
const READ_EXECUTE = 5;
const X86_64 = 62;
/** The section in which `deno compile` puts the program. */
const PAYLOAD = ".note.sui";

/**
 * Puts code before the program's own entry, at the beginning of the file, so that it can report a truncated
 * rest: the sections that are there (symbols of libraries, notes) move behind all others. The table of
 * program headers comes after the code: the kernel starts no file that ends before that. It names no
 * interpreter, so that the kernel enters the code and not ld.so; the section `.interp` goes on naming it, for
 * the code and for tools. Nor does it say where it is itself (PT_PHDR): `strip` moves it, and leaves that as
 * it was.
 *
 * @param program a dynamic, position-independent executable
 * @param code generates the code; by default hookvisor's
 * @returns A new array; `program` is not changed.
 * @throws {Error} when the program has no interpreter, has no room for the code, or is not for x86-64.
 */
export async function addEntryCode(
  program: Uint8Array<ArrayBuffer>,
  code: (program: Program) => Assembled = entryCode,
): Promise<Uint8Array<ArrayBuffer>> {
  const { machine } = readHeader(program);
  if (machine !== X86_64) {
    throw new Error(`entry code is for x86-64 (machine ${X86_64}), not machine ${machine}`);
  }
  const image = readImage(program);
  if (!image.others.some(({ type }) => type === PT_INTERP)) throw new Error("the program has no interpreter");
  image.others = image.others.filter(({ type }) => type !== PT_INTERP && type !== PT_PHDR);
  // Its size does not depend on its arguments.
  const tableAt = roundUp(CODE_ADDRESS + code(UNKNOWN).code.length, 8);
  const headers = image.others.length + image.segments.length + SPARE_HEADERS;
  makeRoom(image, roundUp(tableAt + headers * PROGRAM_HEADER_SIZE, PAGE));

  const interpreter = image.sections.find(({ name }) => name === ".interp");
  if (!interpreter) throw new Error("the program has no section that names its interpreter");
  const tag = new Uint8Array(await crypto.subtle.digest("SHA-256", program)).slice(0, 16);
  const assembled = code({
    tag,
    entry: image.entry,
    interpreter: interpreter.address,
    end: endOf(image),
    relocated: relocatedOf(image),
    payload: payloadOf(image),
  });
  image.segments[0]!.bytes.set(assembled.code, CODE_ADDRESS);
  image.entry = CODE_ADDRESS;
  const limit = image.segments[0]!.memorySize;
  image.sections.push(
    sectionAt(CODE_ADDRESS, assembled.code.length, ".hookvisor", SHF_ALLOC | SHF_EXECINSTR),
    // libelf zeroes what is in no section when it writes a file, even if its header says that the table is there.
    sectionAt(tableAt, limit - tableAt, ".hookvisor.phdrs", SHF_ALLOC),
  );
  image.sections.sort((a, b) => a.address - b.address);
  putSymbolsFirst(image.sections);
  return writeImage(image, tableAt);
}

function sectionAt(address: number, size: number, name: string, flags: bigint): Section {
  const align = address % 16 === 0 ? 16n : 8n;
  return { name, type: SHT_PROGBITS, flags, address, size, link: undefined, info: 0, align, entrySize: 0n };
}

/** Gives the first `limit` bytes of memory their own segment, and moves the sections in them. */
function makeRoom(image: Image, limit: number): void {
  const [first, second] = image.segments;
  if (!first || !second || second.address < limit) throw new Error("the program has no room for the code");
  moveSections(image, limit);
  const rest = image.sections.find(({ address }) => address >= limit && address < first.memorySize)?.address;
  image.segments[0] = { ...first, flags: READ_EXECUTE, memorySize: limit, bytes: new Uint8Array(limit) };
  if (rest === undefined) return;
  const address = rest - rest % PAGE;
  const memorySize = first.memorySize - address;
  image.segments.splice(1, 0, { ...first, address, memorySize, bytes: first.bytes.slice(address) });
}

function relocatedOf({ others }: Image): Program["relocated"] {
  const header = others.find(({ type }) => type === PT_GNU_RELRO);
  if (!header) return UNKNOWN.relocated;
  const address = Number(header.address) - Number(header.address) % PAGE;
  return { address, size: roundUp(Number(header.address + header.memorySize), PAGE) - address };
}

/** The payload's place, and the sums by which check_file_code.ts recognises it as complete. */
function payloadOf({ sections, segments }: Image): Program["payload"] {
  const section = sections.find(({ name }) => name === PAYLOAD);
  if (!section) return UNKNOWN.payload;
  const { address, size } = section;
  const segment = segments.findLast((one) => one.address <= address)!;
  const bytes = segment.bytes.slice(address - segment.address, address - segment.address + size);
  return { address, size, ...sumsOf(bytes) };
}

/** @param bytes 16 or more */
function sumsOf(bytes: Uint8Array<ArrayBuffer>): Sums {
  const sum = new BigUint64Array(bytes.slice(-16).buffer);
  const sumOfSums = new BigUint64Array(2);
  const words = new BigUint64Array(bytes.buffer, 0, 2 * Math.floor(bytes.length / 16));
  words.forEach((word, i) => {
    sum[i % 2]! += word;
    sumOfSums[i % 2]! += sum[i % 2]!;
  });
  return { sum, sumOfSums };
}
