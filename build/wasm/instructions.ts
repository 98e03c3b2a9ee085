import type { Reader } from "./reader.ts";

/** One instruction of a function body. Offsets are those of the file the reader reads. */
export interface Instruction {
  /** The opcode; for those behind the prefix 0xFC, `0xFC00 + number`. */
  opcode: number;
  /** Offset of its first byte. */
  start: number;
  /** Offset behind its last immediate. */
  end: number;
  /** Depth of blocks around it; 0 in the body itself. Its own block is not counted. */
  depth: number;
  /** The first immediate where it is a `u32` (an index, a label, an alignment) or a constant's value. */
  immediate: number | bigint | undefined;
}

export const UNREACHABLE = 0x00;
export const LOOP = 0x03;
export const IF = 0x04;
export const END = 0x0b;
export const CALL = 0x10;
export const CALL_INDIRECT = 0x11;
export const GLOBAL_GET = 0x23;
export const GLOBAL_SET = 0x24;
export const I32_STORE = 0x36;
export const I32_CONST = 0x41;
export const MEMORY_INIT = 0xfc08;
/** What changes an instance beyond its memory and its globals: table.set, data.drop, table.init, elem.drop, table.copy, table.grow, table.fill. */
export const LASTING: ReadonlySet<number> = new Set([0x26, 0xfc09, 0xfc0c, 0xfc0d, 0xfc0e, 0xfc0f, 0xfc11]);
export const MEMORY_COPY = 0xfc0a;
export const MEMORY_FILL = 0xfc0b;

/**
 * Walks through the instructions of one function body, up to and with the `end` that closes it.
 *
 * Known are version 1 and the finished proposals that C compilers use: sign extension, saturating conversions,
 * bulk memory, reference types, several results. Vectors, threads, exceptions and tail calls are not: a body with
 * an instruction whose immediates are not known for sure cannot be walked through.
 *
 * @throws {Error} on any other opcode, and when the body ends early.
 */
export function* instructions(reader: Reader): Generator<Instruction> {
  let depth = 0;
  for (;;) {
    const start = reader.at;
    const first = reader.byte();
    const opcode = first === 0xfc ? 0xfc00 + reader.u32() : first;
    if (opcode === END || opcode === 0x05) depth--;
    const immediate = immediates(reader, opcode, start);
    yield { opcode, start, end: reader.at, depth: Math.max(depth, 0), immediate };
    if (depth < 0) return;
    if ((opcode >= 0x02 && opcode <= 0x04) || opcode === 0x05) depth++;
  }
}

/** Reads the immediates of one instruction and returns the first of them. */
function immediates(reader: Reader, opcode: number, start: number): number | bigint | undefined {
  const kind = kindOf(opcode);
  switch (kind) {
    case "none":
      return undefined;
    case "index":
      return reader.u32();
    case "two indexes": {
      const first = reader.u32();
      reader.u32();
      return first;
    }
    case "memory": {
      const align = reader.u32();
      if (align >= 64) throw new Error(`an access to a second memory at offset ${start} is not supported`);
      reader.u32();
      return align;
    }
    case "signed":
      return reader.s64();
    case "labels": {
      for (let left = reader.u32() + 1; left > 0; left--) reader.u32();
      return undefined;
    }
    case "types": {
      reader.take(reader.u32());
      return undefined;
    }
    case "4 bytes":
      reader.take(4);
      return undefined;
    case "8 bytes":
      reader.take(8);
      return undefined;
    case undefined:
      throw new Error(`unknown instruction 0x${opcode.toString(16)} at offset ${start}`);
  }
}

type OperandKind =
  | "none"
  | "index"
  | "two indexes"
  | "memory"
  | "signed"
  | "labels"
  | "types"
  | "4 bytes"
  | "8 bytes";

/** Opcodes by what follows them: first, last, kind. */
const KINDS: [number, number, OperandKind][] = [
  [0x00, 0x01, "none"], // unreachable, nop
  [0x02, 0x04, "signed"], // block, loop, if: a block type is a signed 33-bit number
  [0x05, 0x05, "none"], // else
  [0x0b, 0x0b, "none"], // end
  [0x0c, 0x0d, "index"], // br, br_if
  [0x0e, 0x0e, "labels"], // br_table
  [0x0f, 0x0f, "none"], // return
  [0x10, 0x10, "index"], // call
  [0x11, 0x11, "two indexes"], // call_indirect
  [0x1a, 0x1b, "none"], // drop, select
  [0x1c, 0x1c, "types"], // select with types
  [0x20, 0x26, "index"], // local.*, global.*, table.get, table.set
  [0x28, 0x3e, "memory"], // loads and stores
  [0x3f, 0x40, "index"], // memory.size, memory.grow
  [0x41, 0x42, "signed"], // i32.const, i64.const
  [0x43, 0x43, "4 bytes"], // f32.const
  [0x44, 0x44, "8 bytes"], // f64.const
  [0x45, 0xc4, "none"], // comparisons, arithmetic, conversions
  [0xd0, 0xd0, "signed"], // ref.null: a heap type
  [0xd1, 0xd1, "none"], // ref.is_null
  [0xd2, 0xd2, "index"], // ref.func
  [0xfc00, 0xfc07, "none"], // saturating conversions
  [0xfc08, 0xfc08, "two indexes"], // memory.init
  [0xfc09, 0xfc09, "index"], // data.drop
  [0xfc0a, 0xfc0a, "two indexes"], // memory.copy
  [0xfc0b, 0xfc0b, "index"], // memory.fill
  [0xfc0c, 0xfc0c, "two indexes"], // table.init
  [0xfc0d, 0xfc0d, "index"], // elem.drop
  [0xfc0e, 0xfc0e, "two indexes"], // table.copy
  [0xfc0f, 0xfc11, "index"], // table.grow, table.size, table.fill
];

const BY_OPCODE = new Map<number, OperandKind>();
for (const [first, last, kind] of KINDS) {
  for (let opcode = first; opcode <= last; opcode++) BY_OPCODE.set(opcode, kind);
}

function kindOf(opcode: number): OperandKind | undefined {
  return BY_OPCODE.get(opcode);
}
