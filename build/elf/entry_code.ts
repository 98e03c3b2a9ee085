import { assemble, type Assembled, type Line } from "./assemble.ts";
import { CHECK_ARGUMENTS } from "./check_arguments_code.ts";
import { CHECK_FILE } from "./check_file_code.ts";
import { FAIL } from "./fail_code.ts";
import { FIND_INTERPRETER } from "./find_interpreter_code.ts";
import { GIVE_UP } from "./give_up_code.ts";
import { LOAD_INTERPRETER } from "./load_interpreter_code.ts";
import { RESTORE } from "./restore_code.ts";
import { START_DIRECTLY } from "./start_directly_code.ts";
import { START_PLAINLY } from "./start_plainly_code.ts";
import { SUPERVISE } from "./supervise_code.ts";
import { LAST_WORD, SUPERVISE_DATA } from "./supervise_data.ts";
import { WAIT } from "./wait_code.ts";

/** The code's place in memory and in the file: the space before it allows tools a larger table of program headers. */
export const CODE_ADDRESS = 0x500;

/** Where a checkpoint is looked for, and one on trial: src/site/directories.ts knows the directory. */
const CHECKPOINT = "/run/hookvisor/checkpoint";
const TRIAL = `${CHECKPOINT}.new`;

/** What the code must know about its program. Addresses count from the program's first byte. */
export interface Program {
  /** Identifies the program: 16 bytes. */
  tag: Uint8Array;
  entry: number;
  /** The address of its interpreter's path, unless a tool has moved that. */
  interpreter: number;
  /** The first address behind it. */
  end: number;
  /** The pages that ld.so writes addresses into before it makes them read-only (PT_GNU_RELRO). */
  relocated: { address: number; size: number };
  /** The payload of `deno compile`; of size 0 if it has none. */
  payload: { address: number; size: number } & Sums;
}

/**
 * How a payload is recognised as complete: sums of its pairs of 64-bit words, and of these sums
 * (check_file_code.ts).
 */
export interface Sums {
  sum: BigUint64Array;
  sumOfSums: BigUint64Array;
}

/** An unknown program. */
export const UNKNOWN: Program = {
  tag: new Uint8Array(16),
  entry: 0,
  interpreter: 0,
  end: 0,
  relocated: { address: 0, size: 0 },
  payload: { address: 0, size: 0, sum: new BigUint64Array(2), sumOfSums: new BigUint64Array(2) },
};

/** The fields of the file header (`Elf64_Ehdr`) that the code reads in memory. */
const FILE_HEADER = { "e_shoff": 40, "e_shnum": 60, "e_shstrndx": 62 };

/** The code at a program's entry, for {@link CODE_ADDRESS}; its size does not depend on what the program is. */
export function entryCode({ tag, entry, interpreter, end, relocated, payload }: Program): Assembled {
  const data = (label: string, bytes: Uint8Array): Line[] => [{ label }, { data: bytes, is: label }];
  const addresses = {
    image: 0,
    "program entry": entry,
    interpreter,
    relocated: relocated.address,
    payload: payload.address,
    ...FILE_HEADER,
  };
  const outside = Object.entries(addresses).map(([name, address]) => [name, address - CODE_ADDRESS]);
  return assemble([
    ...START_DIRECTLY,
    ...CHECK_ARGUMENTS,
    ...SUPERVISE,
    ...FAIL,
    ...data("cut", text("error: the file of hookvisor is cut short: install it again\n")),
    ...SUPERVISE_DATA,
    ...WAIT,
    ...GIVE_UP,
    { label: "go on" },
    ...RESTORE,
    ...START_PLAINLY,
    ...CHECK_FILE,
    ...FIND_INTERPRETER,
    ...LOAD_INTERPRETER,
    ...data("tag", tag.subarray(0, 8)),
    ...data("tag rest", tag.subarray(8, 16)),
    ...data("image size", number(end)),
    ...data("relocated size", number(relocated.size)),
    ...data("payload address", number(payload.address)),
    ...data("payload size", number(payload.size)),
    ...data("payload end", number(payload.address + payload.size)),
    ...data("payload sum", new Uint8Array(payload.sum.buffer)),
    ...data("payload sum of sums", new Uint8Array(payload.sumOfSums.buffer)),
    ...data("checkpoint path", text(CHECKPOINT)),
    ...data("trial path", text(TRIAL)),
    ...data("own file", text("/proc/self/exe")),
    // No text begins with "hookvisor:", which would be taken for the program's own verdict.
    ...data(
      "not directly",
      text("error: hookvisor does not start by way of ld.so here: call it by its own path\n"),
    ),
    ...data("damaged", text("error: the program in the file of hookvisor is damaged: install it again\n")),
    ...data("forbidden", text("error: SELinux or systemd forbids machine code\n")),
    ...data("cannot load", text("error: hookvisor cannot load ")),
    ...data("needs glibc", text(": it needs glibc\n")),
    ...LAST_WORD,
  ], Object.fromEntries(outside));
}

/** Where a label of the code is, in bytes from the program's first byte: in every program the same. */
export function entryCodeLabel(label: string): number {
  const place = entryCode(UNKNOWN).labels.get(label);
  if (place === undefined) throw new Error(`label ${label} is not defined in the entry code`);
  return CODE_ADDRESS + place;
}

function number(value: number): Uint8Array {
  return new Uint8Array(new BigInt64Array([BigInt(value)]).buffer);
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}
