import { deepEqual, equal, throws } from "node:assert/strict";
import { type Instruction, instructions } from "../../../build/wasm/instructions.ts";
import { Reader } from "../../../build/wasm/reader.ts";

function walk(...bytes: number[]): Instruction[] {
  return [...instructions(new Reader(Uint8Array.from(bytes)))];
}

// Every instruction with immediates, each followed by `end`; the bytes are chosen so that a wrong length would
// meet an unknown opcode (0x06) or never find the end.
const IMMEDIATES: [string, number[]][] = [
  ["block with an empty type", [0x02, 0x40, 0x0b]],
  ["block with a result type", [0x02, 0x7e, 0x0b]],
  ["loop with a type index of two bytes", [0x03, 0x86, 0x01, 0x0b]],
  ["if and else", [0x04, 0x40, 0x05, 0x0b]],
  ["br", [0x0c, 0x86, 0x00]],
  ["br_if", [0x0d, 0x06]],
  ["br_table with three labels", [0x0e, 0x03, 0x06, 0x86, 0x01, 0x06, 0x06]],
  ["br_table without labels but the default", [0x0e, 0x00, 0x06]],
  ["call", [0x10, 0x86, 0x86, 0x00]],
  ["call_indirect", [0x11, 0x06, 0x00]],
  ["select with a type", [0x1c, 0x01, 0x7f]],
  ["local.get", [0x20, 0x06]],
  ["local.set", [0x21, 0x06]],
  ["local.tee", [0x22, 0x06]],
  ["global.get", [0x23, 0x06]],
  ["global.set", [0x24, 0x06]],
  ["table.get", [0x25, 0x06]],
  ["table.set", [0x26, 0x06]],
  ["i32.load with an offset of five bytes", [0x28, 0x02, 0x86, 0x86, 0x86, 0x86, 0x06]],
  ["i64.store32", [0x3e, 0x02, 0x06]],
  ["memory.size", [0x3f, 0x00]],
  ["memory.grow", [0x40, 0x00]],
  ["i32.const of five bytes", [0x41, 0x86, 0x86, 0x86, 0x86, 0x06]],
  ["i64.const of ten bytes", [0x42, 0x86, 0x86, 0x86, 0x86, 0x86, 0x86, 0x86, 0x86, 0x86, 0x7f]],
  ["f32.const", [0x43, 0x06, 0x06, 0x06, 0x06]],
  ["f64.const", [0x44, 0x06, 0x06, 0x06, 0x06, 0x06, 0x06, 0x06, 0x06]],
  ["i64.extend32_s", [0xc4]],
  ["ref.null", [0xd0, 0x70]],
  ["ref.is_null", [0xd1]],
  ["ref.func", [0xd2, 0x06]],
  ["i64.trunc_sat_f64_u", [0xfc, 0x07]],
  ["memory.init", [0xfc, 0x08, 0x06, 0x00]],
  ["data.drop", [0xfc, 0x09, 0x06]],
  ["memory.copy", [0xfc, 0x0a, 0x00, 0x00]],
  ["memory.fill", [0xfc, 0x0b, 0x00]],
  ["table.init", [0xfc, 0x0c, 0x06, 0x06]],
  ["elem.drop", [0xfc, 0x0d, 0x06]],
  ["table.copy", [0xfc, 0x0e, 0x06, 0x06]],
  ["table.grow", [0xfc, 0x0f, 0x06]],
  ["table.size", [0xfc, 0x10, 0x06]],
  ["table.fill", [0xfc, 0x11, 0x06]],
];

for (const [name, bytes] of IMMEDIATES) {
  Deno.test(`instructions() reads ${name} whole`, () => {
    const list = walk(...bytes, 0x0b);
    equal(list[0]?.start, 0);
    equal(list.at(-1)?.opcode, 0x0b);
    equal(list.at(-1)?.end, bytes.length + 1);
    const inner = [0x02, 0x03, 0x04].includes(bytes[0] ?? 0) ? list.slice(1).map((one) => one.opcode) : [];
    if (inner.length === 0) equal(list.length, 2);
  });
}

Deno.test("instructions() counts the depth of blocks and stops at the end of the body", () => {
  const list = walk(0x02, 0x40, 0x03, 0x40, 0x01, 0x0b, 0x0b, 0x01, 0x0b, 0x06);
  deepEqual(list.map((one) => [one.opcode, one.depth]), [
    [0x02, 0],
    [0x03, 1],
    [0x01, 2],
    [0x0b, 1],
    [0x0b, 0],
    [0x01, 0],
    [0x0b, 0],
  ]);
});

Deno.test("instructions() refuses opcodes it does not know, and names them", () => {
  throws(() => walk(0x06, 0x40, 0x0b), /unknown instruction 0x6 at offset 0/);
  throws(() => walk(0x01, 0xfd, 0x0c, 0x0b), /unknown instruction 0xfd at offset 1/);
  throws(() => walk(0xfe, 0x03, 0x00, 0x0b), /unknown instruction 0xfe/);
  throws(() => walk(0xfc, 0x12, 0x0b), /unknown instruction 0xfc12/);
  throws(() => walk(0x12, 0x00, 0x0b), /unknown instruction 0x12/);
});

Deno.test("instructions() refuses a second memory, whose accesses have one more immediate", () => {
  throws(() => walk(0x28, 0x42, 0x01, 0x00, 0x0b), /second memory at offset 0/);
});

Deno.test("instructions() refuses a body that is cut off", () => {
  throws(() => walk(0x02, 0x40, 0x0b), /cut off at offset 3/);
  throws(() => walk(0x43, 0x00, 0x00), /cut off/);
});
