import { deepEqual, equal } from "node:assert/strict";
import { assemble, type Line } from "../../../build/elf/assemble.ts";
import {
  HEADER_SIZE,
  PROGRAM_HEADER_SIZE,
  type ProgramHeader,
  PT_INTERP,
  PT_LOAD,
  readHeader,
  readProgramHeaders,
  writeHeader,
  writeProgramHeader,
} from "../../../build/elf/elf64.ts";
import { Folder, ON_X86, type Outcome, systemProgram } from "./real_programs.ts";

/** Replaces a program's interpreter by one with a path of the same length. */
function withInterpreter(program: Uint8Array<ArrayBuffer>, change: (path: string) => string): string {
  const { programOffset, programCount } = readHeader(program);
  const named = readProgramHeaders(program, programOffset, programCount).find(({ type }) =>
    type === PT_INTERP
  )!;
  const bytes = program.subarray(Number(named.offset), Number(named.offset + named.fileSize) - 1);
  const path = change(new TextDecoder().decode(bytes));
  equal(path.length, bytes.length);
  bytes.set(new TextEncoder().encode(path));
  return path;
}

/** What a program ends with that cannot be loaded. */
function cannotLoad(path: string): Outcome {
  const stderr = `error: hookvisor cannot load ${path}: it needs glibc\n`;
  return { stdout: "", stderr, code: 1, signal: null };
}

const NONE: [what: string, change: (path: string) => string][] = [
  ["does not exist", (path) => path.replace(/.$/, "~")],
  ["is a folder", (path) => "/".repeat(path.length)],
  ["is empty", (path) => `/dev${"/".repeat(path.length - 8)}null`],
];

for (const [what, change] of NONE) {
  Deno.test({
    ...ON_X86,
    name: `a program whose interpreter ${what} says so, and ends with 1`,
    fn: async () => {
      using folder = new Folder();
      const program = systemProgram("true");
      const path = withInterpreter(program, change);
      await folder.add("true", program);
      deepEqual(await folder.run("with/true", []), cannotLoad(path));
    },
  });
}

const CODE_AT = 0x200;
const DATA_AT = 0x1f00;
const DATA_SIZE = 8;
/** So much memory that is zero follows the data: the rest of its page, two pages, and some of a third. */
const ZERO_SIZE = 0x21f8;
const WHOLE = 0x2400;

/** Looks whether all is zero that is to be, writes its last byte and the data, and exits with `argc`. */
const INTERPRETER: Line[] = [
  { data: new Uint8Array(CODE_AT), is: "the headers" },
  { code: "48 8d 3d", of: "zero", is: "lea rdi, [zero]" },
  { code: "b9 f8 21 00 00", is: "mov ecx, ZERO_SIZE" },
  { code: "31 c0", is: "xor eax, eax" },
  { code: "f3 ae", is: "repe scasb" },
  { jump: "0f 85", to: "wrong", is: "jne wrong" },
  { code: "88 47 ff", is: "mov [rdi-1], al" },
  { code: "48 8d 35", of: "data", is: "lea rsi, [data]" },
  { code: "bf 01 00 00 00 ba 08 00 00 00 b8 01 00 00 00 0f 05", is: "write(1, rsi, 8)" },
  { code: "8b 3c 24", is: "mov edi, [rsp]" },
  { code: "b8 e7 00 00 00 0f 05", is: "exit_group(edi)" },
  { label: "wrong" },
  { code: "bf 63 00 00 00 b8 e7 00 00 00 0f 05", is: "exit_group(99)" },
];

/** An interpreter of two segments; behind the data, its file has bytes that are none of its memory's. */
function interpreter(data: Partial<ProgramHeader> = {}): Uint8Array {
  const { length } = assemble([...INTERPRETER, { label: "data" }, { label: "zero" }]).code;
  const { code } = assemble([
    ...INTERPRETER,
    { data: new Uint8Array(DATA_AT - length), is: "nothing" },
    { label: "data" },
    { data: new TextEncoder().encode("the data"), is: "data" },
    { label: "zero" },
    { data: new Uint8Array(WHOLE - DATA_AT - DATA_SIZE).fill(0xcc), is: "not loaded" },
  ]);
  code.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  writeHeader(code, {
    machine: 62,
    entry: BigInt(CODE_AT),
    programOffset: HEADER_SIZE,
    programCount: 3,
    sectionOffset: 0,
    sectionCount: 0,
    namesIndex: 0,
  });
  const none = { flags: 0, offset: 0n, address: 0n, fileSize: 0n, memorySize: 0n, align: 4096n };
  const first = { ...none, type: PT_LOAD, flags: 5, fileSize: 0x1000n, memorySize: 0x1000n };
  const second = { offset: BigInt(DATA_AT), address: BigInt(DATA_AT), fileSize: BigInt(DATA_SIZE) };
  const memorySize = BigInt(DATA_SIZE + ZERO_SIZE);
  const table = [{ ...none, type: 4 }, first, {
    ...none,
    ...second,
    type: PT_LOAD,
    flags: 6,
    memorySize,
    ...data,
  }];
  table.forEach((one, index) => writeProgramHeader(code, HEADER_SIZE + index * PROGRAM_HEADER_SIZE, one));
  return code;
}

/** Starts a program, with two arguments, whose interpreter is this file. */
async function startWith(file: Uint8Array): Promise<{ path: string; outcome: Outcome }> {
  using folder = new Folder();
  const program = systemProgram("true");
  const path = withInterpreter(program, (old) => `.${"/".repeat(old.length - 3)}ld`);
  folder.write("ld", file);
  await folder.add("true", program);
  return { path, outcome: await folder.run("with/true", ["one", "two"]) };
}

Deno.test({
  ...ON_X86,
  name: "the entry code zeroes what an interpreter's file does not hold: the rest of a page, and whole pages",
  fn: async () => {
    const { outcome } = await startWith(interpreter());
    deepEqual(outcome, { stdout: "the data", stderr: "", code: 3, signal: null });
  },
});

const UNLOADABLE: [what: string, file: Uint8Array][] = [
  ["is shorter than its headers may be", interpreter().slice(0, 1023)],
  ["has a segment that is at no page of its file", interpreter({ offset: BigInt(DATA_AT + 1) })],
  ["wants more memory than there is", interpreter({ memorySize: 1n << 50n })],
];

for (const [what, file] of UNLOADABLE) {
  Deno.test({
    ...ON_X86,
    name: `a program whose interpreter ${what} says so, and ends with 1`,
    fn: async () => {
      const { path, outcome } = await startWith(file);
      deepEqual(outcome, cannotLoad(path));
    },
  });
}
