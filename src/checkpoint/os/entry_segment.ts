import { parseMappings } from "../../system/mappings.ts";

declare const __CHECKPOINT_CODE__: number | undefined;
declare const __CHECKPOINT_TAG__: number | undefined;

const FUNCTION = { parameters: ["buffer"], result: "i32" } as const;

/** The address of the code that the build has put at the entry of this program (build/elf/entry_code.ts). */
export interface EntrySegment {
  /** Of the C function `checkpoint`. */
  checkpoint: number;
  /** Identifies this program: the 16 bytes at the beginning of its checkpoints. */
  tag: Uint8Array<ArrayBuffer>;
}

/** Undefined in a program without such code: one for aarch64, or the sources run directly. */
export function entrySegment(): EntrySegment | undefined {
  if (typeof __CHECKPOINT_CODE__ !== "number" || typeof __CHECKPOINT_TAG__ !== "number") return undefined;
  const program = Deno.readLinkSync("/proc/self/exe");
  const first = parseMappings(Deno.readTextFileSync("/proc/self/maps")).find(({ path }) => path === program);
  if (first === undefined) return undefined;
  const tag = Deno.UnsafePointer.create(BigInt(first.start + __CHECKPOINT_TAG__));
  if (tag === null) return undefined;
  const bytes = new Uint8Array(16);
  new Deno.UnsafePointerView(tag).copyInto(bytes);
  return { checkpoint: first.start + __CHECKPOINT_CODE__, tag: bytes };
}

/**
 * Saves the registers and stops this process until it gets SIGCONT; false then. True in a process restored
 * from the checkpoint that another process created meanwhile.
 *
 * @param registers at least 56 bytes, not on V8's heap
 */
export function stopForCheckpoint({ checkpoint }: EntrySegment, registers: Uint8Array<ArrayBuffer>): boolean {
  const pointer = Deno.UnsafePointer.create<typeof FUNCTION>(BigInt(checkpoint));
  if (pointer === null) throw new Error("the code at the program's entry is at address 0");
  const stop = new Deno.UnsafeFnPointer(pointer, FUNCTION);
  return stop.call(registers) === 1;
}
