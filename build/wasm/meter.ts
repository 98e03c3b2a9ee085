import {
  CALL,
  CALL_INDIRECT,
  END,
  GLOBAL_GET,
  GLOBAL_SET,
  I32_CONST,
  IF,
  type Instruction,
  instructions,
  LASTING,
  LOOP,
  MEMORY_COPY,
  MEMORY_FILL,
  MEMORY_INIT,
  UNREACHABLE,
} from "./instructions.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

const I32_SUB = 0x6b;
const I32_LT_S = 0x48;
const I32_SHR_U = 0x76;
const LOCAL_GET = 0x20;
const NO_RESULT = 0x40;

/**
 * Bytes that one unit of fuel pays for in `memory.copy` and `memory.fill`, as a power of two: 64 bytes take about
 * as long as one turn of a loop.
 */
const BYTES_PER_FUEL = 6;

/** What a metered body refers to, all by index. */
export interface MeterIndexes {
  /** The global that holds the fuel left. */
  fuel: number;
  /** The function made by {@link chargeBody}. */
  charge: number;
  /** The function made by {@link emptyBody}. */
  empty: number;
}

/** Other bytes for one instruction of the original, or undefined to keep it. */
export type Replace = (list: Instruction[], at: number) => Uint8Array | undefined;

/** A metered body, and how many places of each sort pay. */
export interface MeteredBody {
  body: Uint8Array;
  loops: number;
  /** 1 when the function's entry pays, else 0. */
  entries: number;
  bulk: number;
}

/**
 * Puts meters into one function body (locals and code, without its size in front).
 *
 * Every turn of a loop, every call of a function that itself calls functions, and every 64 bytes of a bulk memory
 * instruction take one unit off the global `fuel`; below zero, `emptyBody` decides. What neither loops nor calls
 * is as long as the file at most, so between two payments only a bounded number of instructions can run.
 *
 * @param reader stands on the body in `file` and ends with it
 * @param replace may give other bytes for the instruction `list[at]` of the original
 * @throws {Error} when the body holds an unknown instruction or does not end where it should.
 */
export function meterBody(
  file: Uint8Array,
  reader: Reader,
  indexes: MeterIndexes,
  replace: Replace = () => undefined,
): MeteredBody {
  const writer = new Writer();
  const start = reader.at;
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.u32();
    reader.byte();
  }
  writer.bytes(file.subarray(start, reader.at));
  const list = [...instructions(reader)];
  if (!reader.done) throw new Error(`a function body continues after its end, at offset ${reader.at}`);

  const calls = list.some(({ opcode }) => opcode === CALL || opcode === CALL_INDIRECT);
  if (calls) payOne(writer, indexes);
  let loops = 0;
  let bulk = 0;
  list.forEach((instruction, at) => {
    const { opcode } = instruction;
    if (LASTING.has(opcode)) {
      throw new Error(
        `instruction 0x${opcode.toString(16)} changes an instance beyond its memory and its globals`,
      );
    }
    if (opcode === MEMORY_COPY || opcode === MEMORY_FILL || opcode === MEMORY_INIT) {
      writer.byte(CALL).u32(indexes.charge);
      bulk++;
    }
    writer.bytes(replace(list, at) ?? file.subarray(instruction.start, instruction.end));
    if (opcode === LOOP) {
      payOne(writer, indexes);
      loops++;
    }
  });
  return { body: writer.finish(), loops, entries: calls ? 1 : 0, bulk };
}

/** The body of a function `(size: i32) -> i32` that pays for `size` bytes and returns `size`. */
export function chargeBody(indexes: MeterIndexes): Uint8Array {
  const writer = new Writer().u32(0);
  pay(writer, indexes, (amount) => {
    amount.byte(LOCAL_GET).u32(0).byte(I32_CONST).s32(BYTES_PER_FUEL).byte(I32_SHR_U);
  });
  return writer.byte(LOCAL_GET).u32(0).byte(END).finish();
}

/**
 * The body of a function `() -> ()` for the moment when no fuel is left: it asks the host's function `refuel`, if
 * there is one, and traps (`unreachable`) unless that has put fuel in.
 */
export function emptyBody(fuel: number, refuel: number | undefined): Uint8Array {
  const writer = new Writer().u32(0);
  if (refuel !== undefined) writer.byte(CALL).u32(refuel);
  writer.byte(GLOBAL_GET).u32(fuel).byte(I32_CONST).s32(0).byte(I32_LT_S);
  return writer.byte(IF, NO_RESULT, UNREACHABLE, END, END).finish();
}

function payOne(writer: Writer, indexes: MeterIndexes): void {
  pay(writer, indexes, (amount) => amount.byte(I32_CONST).s32(1));
}

/** Leaves the operand stack as it was. */
function pay(writer: Writer, { fuel, empty }: MeterIndexes, amount: (writer: Writer) => void): void {
  writer.byte(GLOBAL_GET).u32(fuel);
  amount(writer);
  writer.byte(I32_SUB, GLOBAL_SET).u32(fuel);
  writer.byte(GLOBAL_GET).u32(fuel).byte(I32_CONST).s32(0).byte(I32_LT_S);
  writer.byte(IF, NO_RESULT, CALL).u32(empty).byte(END);
}
