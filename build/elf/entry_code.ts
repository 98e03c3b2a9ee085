import { assemble, type Assembled, type Line } from "./assemble.ts";
import { CHECK_ARGUMENTS } from "./check_arguments_code.ts";
import { LOAD_INTERPRETER } from "./load_interpreter_code.ts";
import { RESTORE } from "./restore_code.ts";

/** Where a checkpoint is looked for, and one that is to be tried out: src/site/directories.ts knows the directory. */
const CHECKPOINT = "/run/hookvisor/checkpoint";
const TRIAL = `${CHECKPOINT}.new`;

/** What the code has to know of the program it is put in front of. Distances are from the label `beginning`. */
export interface Program {
  /** Path of the program's interpreter, as its program headers name it. */
  interpreter: string;
  /** Tells one program from another: 16 bytes. */
  tag: Uint8Array;
  entryDistance: number;
  /** Where the program begins in memory, and how much it takes there, in bytes. */
  imageDistance: number;
  imageSize: number;
  /** The program headers that the interpreter is to see. */
  tableDistance: number;
  tableCount: number;
}

/** The code at a program's entry; its size does not depend on what the program is. */
export function entryCode(program: Program): Assembled {
  const { interpreter, tag, entryDistance, imageDistance, imageSize, tableDistance, tableCount } = program;
  const message = `hookvisor: cannot load ${interpreter}: it needs glibc\n`;
  const data = (label: string, bytes: Uint8Array): Line[] => [{ label }, { data: bytes, is: label }];
  return assemble([
    ...CHECK_ARGUMENTS,
    ...RESTORE,
    ...LOAD_INTERPRETER,
    { label: "beginning" },
    ...data("tag", tag.subarray(0, 8)),
    ...data("tag rest", tag.subarray(8, 16)),
    ...data("entry distance", number(entryDistance)),
    ...data("image distance", number(imageDistance)),
    ...data("image size", number(imageSize)),
    ...data("table distance", number(tableDistance)),
    ...data("table count", number(tableCount)),
    ...data("message length", number(message.length)),
    ...data("checkpoint path", text(CHECKPOINT)),
    ...data("trial path", text(TRIAL)),
    ...data("interpreter", text(interpreter)),
    ...data("message", text(message)),
  ]);
}

/** Where a label of the code is, in bytes from its beginning: in every program the same. */
export function entryCodeLabel(label: string): number {
  const numbers = { entryDistance: 0, imageDistance: 0, imageSize: 0, tableDistance: 0, tableCount: 0 };
  const place = entryCode({ interpreter: "", tag: new Uint8Array(16), ...numbers }).labels.get(label);
  if (place === undefined) throw new Error(`there is no label ${label} in the code at the entry`);
  return place;
}

function number(value: number): Uint8Array {
  return new Uint8Array(new BigInt64Array([BigInt(value)]).buffer);
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}
