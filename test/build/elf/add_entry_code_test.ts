import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { addEntryCode } from "../../../build/elf/add_entry_code.ts";
import { assemble, type Assembled } from "../../../build/elf/assemble.ts";
import {
  PROGRAM_HEADER_SIZE,
  PT_DYNAMIC,
  PT_INTERP,
  PT_LOAD,
  PT_NOTE,
  PT_PHDR,
  readHeader,
  readProgramHeaders,
  viewOf,
} from "../../../build/elf/elf64.ts";
import {
  CODE_ADDRESS,
  entryCode,
  entryCodeLabel,
  type Program,
  UNKNOWN,
} from "../../../build/elf/entry_code.ts";
import { type Image, readImage, type Section } from "../../../build/elf/image.ts";
import { ON_X86, systemProgram } from "./real_programs.ts";

const PROGRAM = ON_X86.ignore ? new Uint8Array() : systemProgram("true");
const MOVED = [
  ".interp",
  ".note.gnu.build-id",
  ".gnu.hash",
  ".dynsym",
  ".dynstr",
  ".gnu.version",
  ".rela.dyn",
];
/** Their bytes tell of other sections; image_test.ts has the symbols. */
const ADAPTED = [".dynamic", ".dynsym", ".bss"];
/** The dynamic section's tags of addresses (`d_tag`), and what they are the addresses of. */
const ADDRESSES: Record<number, string> = {
  5: ".dynstr",
  6: ".dynsym",
  7: ".rela.dyn",
  23: ".rela.plt",
  0x6ffffef5: ".gnu.hash",
  0x6ffffff0: ".gnu.version",
  0x6ffffffe: ".gnu.version_r",
};

function test(name: string, fn: () => Promise<void> | void): void {
  Deno.test({ ...ON_X86, name, fn });
}

function named(image: Image, name: string): Section {
  const section = image.sections.find((one) => one.name === name);
  ok(section, name);
  return section;
}

function bytesAt({ segments }: Image, address: number, size: number): Uint8Array {
  const { address: start, bytes } = segments.findLast((one) => one.address <= address)!;
  return bytes.slice(address - start, address - start + size);
}

const contents = (image: Image, { address, size }: Section) => bytesAt(image, address, size);

/** The table that the kernel sees. */
function tableOf(file: Uint8Array) {
  const { programOffset, programCount } = readHeader(file);
  return readProgramHeaders(file, programOffset, programCount);
}

/** Some code, and what it was told. */
function recorded(bytes = 5): { code: (program: Program) => Assembled; told: Program[] } {
  const told: Program[] = [];
  const code = (program: Program) => {
    told.push(program);
    return assemble([{ data: new Uint8Array(bytes).fill(0x90), is: "nop" }]);
  };
  return { code, told };
}

test("addEntryCode() gives the kernel a table without an interpreter, behind the code and in the same segment", async () => {
  const made = await addEntryCode(PROGRAM);
  const { entry, programOffset, programCount } = readHeader(made);
  equal(entry, BigInt(CODE_ADDRESS));
  const types = tableOf(made).map(({ type }) => type);
  ok(!types.includes(PT_INTERP) && !types.includes(PT_PHDR));
  const others = (file: Uint8Array) =>
    tableOf(file).map(({ type }) => type).filter((type) => type !== PT_LOAD);
  deepEqual(others(made), others(PROGRAM).filter((type) => type !== PT_INTERP && type !== PT_PHDR));
  const code = named(readImage(made), ".hookvisor");
  ok(programOffset >= CODE_ADDRESS + code.size);
  const [first] = tableOf(made);
  deepEqual([first!.type, first!.flags, first!.offset], [PT_LOAD, 5, 0n]);
  // Tools may add to it.
  ok(first!.fileSize >= BigInt(programOffset + (programCount + 8) * PROGRAM_HEADER_SIZE));
});

test("addEntryCode() leaves room for a table before the code: other tools put it there", async () => {
  const made = await addEntryCode(PROGRAM);
  const first = Math.min(...readImage(made).sections.map(({ address }) => address));
  equal(first, CODE_ADDRESS);
  ok(64 + (readHeader(made).programCount + 8) * PROGRAM_HEADER_SIZE <= CODE_ADDRESS);
});

test("addEntryCode() moves what was where the code is, with all of its bytes, and says so everywhere", async () => {
  const before = readImage(PROGRAM);
  const after = readImage(await addEntryCode(PROGRAM));
  for (const section of before.sections.filter(({ name }) => !ADAPTED.includes(name))) {
    const bytes = contents(after, named(after, section.name));
    // What a section of zeros in the last page has become part of is larger.
    deepEqual(bytes.slice(0, section.size), contents(before, section), section.name);
    equal(
      named(after, section.name).address !== section.address,
      MOVED.includes(section.name) ||
        [".note.gnu.property", ".note.ABI-tag", ".gnu.version_r", ".rela.plt"].includes(section.name),
      section.name,
    );
  }
  const dynamic = contents(after, named(after, ".dynamic"));
  const tags = new BigInt64Array(dynamic.slice().buffer);
  for (const [tag, name] of Object.entries(ADDRESSES)) {
    const at = tags.findIndex((word, i) => i % 2 === 0 && word === BigInt(tag));
    equal(tags[at + 1], BigInt(named(after, name).address), name);
  }
  const notes = after.others.filter(({ type }) => type === PT_NOTE).map(({ address }) => Number(address));
  for (const address of notes) {
    ok(after.sections.some((one) => one.name.startsWith(".note") && one.address === address));
  }
  equal(
    Number(after.others.find(({ type }) => type === PT_DYNAMIC)!.address),
    named(after, ".dynamic").address,
  );
});

test("addEntryCode() leaves no byte of a segment that tools would not know of by a section", async () => {
  const { segments, sections } = readImage(await addEntryCode(PROGRAM));
  for (const { address, bytes } of segments.slice(1)) {
    const known = sections.filter((one) => one.address >= address && one.address < address + bytes.length);
    ok(known.length > 0);
    equal(Math.max(...known.map((one) => one.address + one.size)), address + bytes.length);
  }
});

test("addEntryCode() leaves the symbols of libraries before what refers to them: strip keeps the numbers of sections then", async () => {
  const { sections } = readImage(await addEntryCode(PROGRAM));
  const symbols = sections.findIndex(({ name }) => name === ".dynsym");
  const first = sections.findIndex(({ link }) => link === sections[symbols]);
  ok(symbols >= 0 && symbols < first, `${symbols} ${first}`);
});

test("addEntryCode() has the table and the room behind it in a section of their own: libelf zeroes the rest", async () => {
  const made = await addEntryCode(PROGRAM);
  const image = readImage(made);
  const { address, size, flags } = named(image, ".hookvisor.phdrs");
  deepEqual([address, address + size], [readHeader(made).programOffset, image.segments[0]!.bytes.length]);
  equal(flags, 2n);
});

test("addEntryCode() tells the code where it all is", async () => {
  const { code, told } = recorded();
  const made = await addEntryCode(PROGRAM, code);
  const image = readImage(made);
  deepEqual([...made.subarray(CODE_ADDRESS, CODE_ADDRESS + 6)], [0x90, 0x90, 0x90, 0x90, 0x90, 0]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", PROGRAM));
  const last = image.segments.at(-1)!;
  const { relocated, ...rest } = told.at(-1)!;
  deepEqual(rest, {
    tag: digest.slice(0, 16),
    entry: Number(readHeader(PROGRAM).entry),
    interpreter: named(image, ".interp").address,
    end: last.address + last.memorySize,
    payload: UNKNOWN.payload,
  });
  match(new TextDecoder().decode(contents(image, named(image, ".interp"))), /^\/.*ld-linux.*\0$/);
  // All pages that ld.so makes read-only after it has written to them.
  const [from, to] = [named(image, ".init_array"), named(image, ".got")];
  equal(relocated.address, from.address - from.address % 4096);
  ok(relocated.address + relocated.size >= to.address + to.size && relocated.size % 4096 === 0);
});

test("addEntryCode() does not change the program that it is given, and gives the same bytes again", async () => {
  const given = PROGRAM.slice();
  const made = await addEntryCode(given);
  deepEqual(given, PROGRAM);
  deepEqual(await addEntryCode(given), made);
});

test("entryCodeLabel() says where a label is in every program: the tag is the program's digest", async () => {
  const made = await addEntryCode(PROGRAM);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", PROGRAM));
  const at = entryCodeLabel("tag");
  deepEqual(made.slice(at, at + 16), digest.slice(0, 16));
  await rejects(async () => await entryCodeLabel("nowhere"), /label nowhere is not defined/);
});

test("entryCode() has the same length whatever it is told", () => {
  const much = 2 ** 31 - 1;
  const sums = { sum: new BigUint64Array(2).fill(2n ** 64n - 1n), sumOfSums: new BigUint64Array(2) };
  const relocated = { address: much, size: 2 ** 40 };
  const most = { tag: UNKNOWN.tag, entry: much, interpreter: much, end: 2 ** 40, relocated };
  const payload = { address: much, size: 2 ** 40, ...sums };
  const { code } = entryCode({ ...most, payload });
  equal(code.length, entryCode(UNKNOWN).code.length);
  notEqual(code.toHex(), entryCode(UNKNOWN).code.toHex());
});

test("addEntryCode() refuses a program for another machine", async () => {
  const other = PROGRAM.slice();
  viewOf(other).setUint16(18, 183, true);
  await rejects(addEntryCode(other), /x86-64 \(machine 62\), not machine 183/);
});

test("addEntryCode() refuses a program without an interpreter, and one that it was already given", async () => {
  await rejects(addEntryCode(await addEntryCode(PROGRAM)), /has no interpreter/);
});

test("addEntryCode() refuses a program in which there is no room for the code", async () => {
  await rejects(addEntryCode(PROGRAM, recorded(20_000).code), /no room for the code/);
  const large = Deno.readFileSync(Deno.execPath());
  await rejects(
    addEntryCode(large, recorded(4_000_000).code),
    /no room for the code: \.rodata cannot be moved/,
  );
});
