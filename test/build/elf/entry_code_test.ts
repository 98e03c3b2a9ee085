import { deepEqual, equal, throws } from "node:assert/strict";
import { join } from "node:path";
import { addEntryCode } from "../../../build/elf/add_entry_code.ts";
import { assemble, type Line } from "../../../build/elf/assemble.ts";
import {
  HEADER_SIZE,
  PT_LOAD,
  PT_NOTE,
  viewOf,
  writeHeader,
  writeProgramHeader,
} from "../../../build/elf/elf64.ts";
import { ENTRY_CODE } from "../../../build/elf/entry_code.ts";

const ADDRESS = 0x400000n;
const CODE_AT = 256;

/** Writes every argument but the program's name to stdout, each with its NUL, and exits with 7. */
const PRINT_ARGUMENTS: Line[] = [
  { code: "48 8d 5c 24 10", is: "lea rbx, [rsp+16]" },
  { label: "next" },
  { code: "48 8b 33", is: "mov rsi, [rbx]" },
  { code: "48 83 c3 08", is: "add rbx, 8" },
  { code: "48 85 f6", is: "test rsi, rsi" },
  { jump: "74", to: "exit", is: "jz exit" },
  { code: "31 d2", is: "xor edx, edx" },
  { label: "length" },
  { code: "48 ff c2", is: "inc rdx" },
  { code: "80 7c 16 ff 00", is: "cmp byte [rsi+rdx-1], 0" },
  { jump: "75", to: "length", is: "jne length" },
  { code: "bf 01 00 00 00 b8 01 00 00 00 0f 05", is: "write(1, rsi, rdx)" },
  { jump: "eb", to: "next", is: "jmp next" },
  { label: "exit" },
  { code: "bf 07 00 00 00 b8 3c 00 00 00 0f 05", is: "exit(7)" },
];

/** Writes its working directory to stdout. */
const PRINT_DIRECTORY: Line[] = [
  { code: "48 81 ec 00 10 00 00", is: "sub rsp, 4096" },
  { code: "48 89 e7 be 00 10 00 00 b8 4f 00 00 00 0f 05", is: "getcwd(rsp, 4096)" },
  { code: "48 89 e6 48 89 c2 48 ff ca", is: "rsi = rsp; rdx = rax - 1" },
  { code: "bf 01 00 00 00 b8 01 00 00 00 0f 05", is: "write(1, rsi, rdx)" },
  { code: "31 ff b8 3c 00 00 00 0f 05", is: "exit(0)" },
];

/** A static executable: one segment with everything, and a note whose header can be spared. */
function executable(lines: Line[]): Uint8Array {
  const code = assemble(lines);
  const file = new Uint8Array(CODE_AT + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = viewOf(file);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, 62, true);
  view.setUint32(20, 1, true);
  view.setUint16(52, HEADER_SIZE, true);
  view.setUint16(54, 56, true);
  file.set(code, CODE_AT);
  const entry = ADDRESS + BigInt(CODE_AT);
  const tables = {
    programOffset: HEADER_SIZE,
    programCount: 2,
    sectionOffset: 0,
    sectionCount: 0,
    namesIndex: 0,
  };
  writeHeader(file, { machine: 62, entry, ...tables });
  const size = { fileSize: BigInt(file.length), memorySize: BigInt(file.length) };
  writeProgramHeader(file, 64, { type: PT_NOTE, flags: 4, offset: 0n, address: 64n, align: 4n, ...size });
  writeProgramHeader(file, 120, {
    type: PT_LOAD,
    flags: 5,
    offset: 0n,
    address: ADDRESS,
    align: 4096n,
    ...size,
  });
  return file;
}

/** Runs a shell script in a new folder that holds the program, with the entry code, as `./program`. */
async function run(lines: Line[], script: string, input = new Uint8Array()): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  try {
    const program = addEntryCode(executable(lines), assemble(ENTRY_CODE));
    Deno.writeFileSync(join(folder, "program"), program, { mode: 0o755 });
    Deno.writeFileSync(join(folder, "input"), input);
    const { stdout } = await new Deno.Command("sh", { args: ["-c", script], cwd: folder }).output();
    return stdout;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const onX86 = { ignore: Deno.build.arch !== "x86_64" || Deno.build.os !== "linux" };

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Every lead byte with following bytes at and beside the bounds of every range that UTF-8 knows. */
function* sequences(): Generator<number[]> {
  const following = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
  const last = [0x41, 0x80, 0xbf, 0xc2];
  for (let lead = 0x80; lead <= 0xff; lead++) {
    yield [lead];
    for (const second of following) {
      yield [0x61, lead, second];
      for (const third of last) {
        yield [lead, second, third];
        for (const fourth of last) yield [lead, second, third, fourth, 0x7a];
      }
    }
  }
}

Deno.test({
  ...onX86,
  name: "the entry code changes exactly the arguments that are not UTF-8, and only their high bytes",
  fn: async () => {
    const given = [[], [0x2d, 0x2d], [0xc3, 0xa4, 0x20, 0x27], [0xf0, 0x9f, 0x98, 0x80], ...sequences()];
    const input = Uint8Array.from(given.flatMap((bytes) => [...bytes, 0]));
    const expected = given.flatMap((bytes) => {
      const valid = isUtf8(Uint8Array.from(bytes));
      return [...bytes.map((byte) => valid || byte < 0x80 ? byte : 0x1a), 0];
    });
    const printed = await run(PRINT_ARGUMENTS, "xargs -0 -n 3000 ./program <input", input);
    deepEqual(printed, Uint8Array.from(expected));
  },
});

Deno.test({
  ...onX86,
  name: "the entry code goes on in the program with its arguments and exit code",
  fn: async () => {
    const printed = await run(PRINT_ARGUMENTS, "./program one 'two words'; printf %s $?");
    equal(new TextDecoder().decode(printed), "one\0two words\x007");
  },
});

Deno.test({
  ...onX86,
  name: "the entry code changes to / when the working directory is gone, and only then",
  fn: async () => {
    const gone = "mkdir gone && cd gone && rmdir ../gone && ../program";
    equal(new TextDecoder().decode(await run(PRINT_DIRECTORY, gone)), "/");
    const there = "mkdir there && cd there && ../program";
    equal(new TextDecoder().decode(await run(PRINT_DIRECTORY, there)).endsWith("/there"), true);
  },
});

Deno.test("addEntryCode() refuses a program for another machine, and one without a note", () => {
  const file = executable(PRINT_ARGUMENTS);
  viewOf(file).setUint16(18, 183, true);
  throws(() => addEntryCode(file, new Uint8Array()), /x86-64 \(machine 62\), not machine 183/);
  const other = executable(PRINT_ARGUMENTS);
  viewOf(other).setUint32(64, 0, true);
  throws(() => addEntryCode(other, new Uint8Array()), /no note whose program header/);
});
