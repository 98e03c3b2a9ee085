import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { addEntryCode } from "../../../build/elf/add_entry_code.ts";
import { assemble, type Assembled } from "../../../build/elf/assemble.ts";
import {
  HEADER_SIZE,
  PROGRAM_HEADER_SIZE,
  type ProgramHeader,
  PT_INTERP,
  PT_LOAD,
  PT_PHDR,
  readHeader,
  readProgramHeaders,
  viewOf,
  writeHeader,
  writeProgramHeader,
} from "../../../build/elf/elf64.ts";
import { entryCode, entryCodeLabel, type Program } from "../../../build/elf/entry_code.ts";

const PT_DYNAMIC = 2;
const INTERPRETER = "/lib/ld.so";
const INTERPRETER_AT = 500;
/** Types, and the addresses and sizes of what is loaded: two segments, of which the second is larger in memory. */
const HEADERS: Partial<ProgramHeader>[] = [
  { type: PT_PHDR, offset: 64n, address: 64n, fileSize: 280n, memorySize: 280n },
  { type: PT_INTERP, offset: BigInt(INTERPRETER_AT), address: 500n, fileSize: 11n, memorySize: 11n },
  { type: PT_LOAD, flags: 5, address: 0n, fileSize: 4096n, memorySize: 4096n, align: 4096n },
  {
    type: PT_LOAD,
    flags: 6,
    offset: 4096n,
    address: 12288n,
    fileSize: 100n,
    memorySize: 9000n,
    align: 4096n,
  },
  { type: PT_DYNAMIC, offset: 4096n, address: 12288n, fileSize: 16n, memorySize: 16n },
];
const ENTRY = 600;
const LENGTH = 4500;
/** The first page behind 12288 + 9000, and behind 4500 in the file. */
const NEW_ADDRESS = 24576;
const NEW_OFFSET = 8192;

function program(headers = HEADERS): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(LENGTH).map((_, at) => at % 251);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  viewOf(file).setUint16(18, 62, true);
  writeHeader(file, {
    machine: 62,
    entry: BigInt(ENTRY),
    programOffset: HEADER_SIZE,
    programCount: headers.length,
    sectionOffset: 4200,
    sectionCount: 3,
    namesIndex: 2,
  });
  const rest = { flags: 4, offset: 0n, address: 0n, fileSize: 0n, memorySize: 0n, align: 8n };
  headers.forEach((one, index) => {
    writeProgramHeader(file, HEADER_SIZE + index * PROGRAM_HEADER_SIZE, { type: 0, ...rest, ...one });
  });
  file.set(new TextEncoder().encode(`${INTERPRETER}\0`), INTERPRETER_AT);
  return file;
}

const without = (type: number) => HEADERS.filter((one) => one.type !== type);

/** Five bytes of code, and what it was told. */
function recorded(): { code: (program: Program) => Assembled; told: Program[] } {
  const told: Program[] = [];
  const lines = [{ code: "90 90", is: "nop" }, { label: "beginning" }, { code: "90 90 90", is: "nop" }];
  const code = (program: Program) => {
    told.push(program);
    return assemble(lines);
  };
  return { code, told };
}

/** The table that the kernel sees. */
function tableOf(file: Uint8Array): ProgramHeader[] {
  const { programOffset, programCount } = readHeader(file);
  return readProgramHeaders(file, programOffset, programCount);
}

Deno.test("addEntryCode() gives the kernel a table without an interpreter, the new segment behind the others", async () => {
  const before = program();
  const made = await addEntryCode(before);
  const table = tableOf(made);
  deepEqual(table.map(({ type }) => type), [PT_PHDR, PT_LOAD, PT_LOAD, PT_LOAD, PT_DYNAMIC]);
  const [added] = table.splice(3, 1);
  deepEqual(table, tableOf(before).filter(({ type }) => type !== PT_INTERP));
  const size = BigInt(made.length - NEW_OFFSET);
  deepEqual(added, {
    type: PT_LOAD,
    flags: 5,
    offset: BigInt(NEW_OFFSET),
    address: BigInt(NEW_ADDRESS),
    fileSize: size,
    memorySize: size,
    align: 4096n,
  });
});

Deno.test("addEntryCode() changes nothing of the program but its entry and where its table is", async () => {
  const before = program();
  const made = await addEntryCode(before);
  deepEqual(made.subarray(HEADER_SIZE, LENGTH), before.subarray(HEADER_SIZE));
  const { entry, programOffset, programCount, ...rest } = readHeader(made);
  const { entry: _, programOffset: __, programCount: ___, ...restBefore } = readHeader(before);
  deepEqual(rest, restBefore);
  equal(entry, BigInt(NEW_ADDRESS));
  equal(programOffset % 8, 0);
  ok(programOffset >= NEW_OFFSET);
  equal(programOffset + programCount * PROGRAM_HEADER_SIZE, made.length);
  equal(programCount, HEADERS.length);
});

Deno.test("addEntryCode() puts the code at the new segment's beginning, and tells it where it is", async () => {
  const { code, told } = recorded();
  const before = program();
  const made = await addEntryCode(before, code);
  deepEqual([...made.subarray(NEW_OFFSET, NEW_OFFSET + 8)], [0x90, 0x90, 0x90, 0x90, 0x90, 0, 0, 0]);
  const beginning = NEW_ADDRESS + 2;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", before));
  deepEqual(told.at(-1), {
    interpreter: INTERPRETER,
    tag: digest.slice(0, 16),
    entryDistance: ENTRY - beginning,
    imageDistance: -beginning,
    imageSize: NEW_ADDRESS,
    tableDistance: HEADER_SIZE - beginning,
    tableCount: HEADERS.length,
  });
});

Deno.test("addEntryCode() finds the old table's address where addresses are not offsets", async () => {
  const { code, told } = recorded();
  const moved = HEADERS.map((one) => one.address === 0n ? { ...one, address: 8192n } : one);
  await addEntryCode(program(moved), code);
  equal(told.at(-1)?.tableDistance, 8192 + HEADER_SIZE - (NEW_ADDRESS + 2));
});

Deno.test("addEntryCode() does not change the program that it is given, and gives the same bytes again", async () => {
  const given = program();
  const made = await addEntryCode(given);
  deepEqual(given, program());
  deepEqual(await addEntryCode(given), made);
});

Deno.test("entryCodeLabel() says where a label is in every program: the tag is the program's digest", async () => {
  const given = program();
  const made = await addEntryCode(given);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", given));
  const at = NEW_OFFSET + entryCodeLabel("tag");
  deepEqual(made.slice(at, at + 16), digest.slice(0, 16));
  await rejects(async () => await entryCodeLabel("nowhere"), /there is no label nowhere/);
});

Deno.test("entryCode() has the same length whatever the numbers are that it is told", () => {
  const known = { interpreter: INTERPRETER, tag: new Uint8Array(16) };
  const zero = { entryDistance: 0, imageDistance: 0, imageSize: 0, tableDistance: 0, tableCount: 0 };
  const much = { entryDistance: -(2 ** 31), imageDistance: -(2 ** 40), imageSize: 2 ** 40 };
  const least = entryCode({ ...known, ...zero });
  const most = entryCode({ ...known, ...much, tableDistance: 2 ** 40, tableCount: 65535 });
  equal(most.code.length, least.code.length);
});

Deno.test("addEntryCode() refuses a program for another machine", async () => {
  const other = program();
  viewOf(other).setUint16(18, 183, true);
  await rejects(addEntryCode(other), /x86-64 \(machine 62\), not machine 183/);
});

Deno.test("addEntryCode() refuses a program without an interpreter, and one without a segment to load", async () => {
  await rejects(addEntryCode(program(without(PT_INTERP))), /has no interpreter/);
  await rejects(addEntryCode(program(without(PT_LOAD))), /has no segment to load/);
});

Deno.test("addEntryCode() refuses a program whose table is not loaded", async () => {
  const headers = HEADERS.map((one) => one.address === 0n ? { ...one, offset: 400n } : one);
  await rejects(addEntryCode(program(headers)), /program headers are in no segment/);
});

Deno.test("addEntryCode() refuses what is no ELF file, and a table that is cut off", async () => {
  await rejects(addEntryCode(new Uint8Array(100)), /not a 64-bit little-endian ELF/);
  await rejects(addEntryCode(program().slice(0, 100)), /program headers .* reach past the end/);
});
