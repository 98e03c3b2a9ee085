import {
  CALL,
  END,
  GLOBAL_GET,
  GLOBAL_SET,
  I32_CONST,
  IF,
  type Instruction,
  instructions,
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

/** What a metered body refers to. */
export interface MeterIndexes {
  /** The global that holds the fuel left. */
  fuel: number;
  /** The function made by {@link chargeBody}. */
  charge: number;
}

/** A metered body, and how many places of each sort pay. */
export interface MeteredBody {
  body: Uint8Array;
  loops: number;
  bulk: number;
}

/**
 * Puts meters into one function body (locals and code, without its size in front).
 *
 * Every turn of a loop, every call of this function (when `entry`) and every 64 bytes of a bulk memory instruction
 * take one unit off the global `fuel`; below zero the instance traps (`unreachable`). Code without loops and calls
 * is as long as the file at most, so between two payments only a bounded number of instructions can run.
 *
 * @param body read from the file by `reader`, up to its end
 * @param replace may give other bytes for one instruction of the original; the three before it are in `before`
 * @throws {Error} when the body holds an unknown instruction or does not end where it should.
 */
export function meterBody(
  file: Uint8Array,
  reader: Reader,
  indexes: MeterIndexes,
  entry: boolean,
  replace: (list: Instruction[], at: number) => Uint8Array | undefined = () => undefined,
): MeteredBody {
  const writer = new Writer();
  const start = reader.at;
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.u32();
    reader.byte();
  }
  writer.bytes(file.subarray(start, reader.at));
  const list = [...instructions(reader)];
  if (!reader.done) throw new Error(`a function body goes on behind its end, at offset ${reader.at}`);

  let loops = 0;
  let bulk = 0;
  if (entry) pay(writer, indexes.fuel, (amount) => amount.byte(I32_CONST).s32(1));
  list.forEach((instruction, at) => {
    const { opcode } = instruction;
    if (opcode === MEMORY_COPY || opcode === MEMORY_FILL || opcode === MEMORY_INIT) {
      writer.byte(CALL).u32(indexes.charge);
      bulk++;
    }
    writer.bytes(replace(list, at) ?? file.subarray(instruction.start, instruction.end));
    if (opcode === LOOP) {
      pay(writer, indexes.fuel, (amount) => amount.byte(I32_CONST).s32(1));
      loops++;
    }
  });
  return { body: writer.finish(), loops, bulk };
}

/** The body of a function `(size: i32) -> i32` that pays for `size` bytes and gives `size` back. */
export function chargeBody(fuel: number): Uint8Array {
  const writer = new Writer().u32(0);
  pay(writer, fuel, (amount) => {
    amount.byte(LOCAL_GET).u32(0).byte(I32_CONST).s32(BYTES_PER_FUEL).byte(I32_SHR_U);
  });
  return writer.byte(LOCAL_GET).u32(0).byte(END).finish();
}

/** Leaves the operand stack as it was. */
function pay(writer: Writer, fuel: number, amount: (writer: Writer) => void): void {
  writer.byte(GLOBAL_GET).u32(fuel);
  amount(writer);
  writer.byte(I32_SUB, GLOBAL_SET).u32(fuel);
  writer.byte(GLOBAL_GET).u32(fuel).byte(I32_CONST).s32(0).byte(I32_LT_S);
  writer.byte(IF, NO_RESULT, UNREACHABLE, END);
}
