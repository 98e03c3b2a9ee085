import { I32_CONST, type Instruction } from "./instructions.ts";
import { chargeBody, meterBody } from "./meter.ts";
import {
  CODE,
  contentsOf,
  CUSTOM,
  EXPORT,
  FUNCTION,
  GLOBAL,
  IMPORT,
  KIND_FUNCTION,
  KIND_GLOBAL,
  KIND_MEMORY,
  readExports,
  readGlobals,
  readImports,
  readModule,
  type Section,
  TYPE,
  writeModule,
  writeVector,
} from "./module.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

/** How {@link instrument} changes a module. */
export interface Instrumentation {
  /** Full names by the file's own names; every import and export must have one. */
  importNames: Map<string, string>;
  exportNames: Map<string, string>;
  /** Size of the imported memory in pages of 64 KiB. */
  memory: { initial: number; maximum: number };
  /** Fuel before the host sets any: enough for the module's start function. */
  initialFuel: number;
  /** Whether a function's entry pays like a turn of a loop; without it, recursion is free. */
  meterEntries: boolean;
  /** May replace single instructions, see `meterBody`. */
  replace?: (list: Instruction[], at: number) => Uint8Array | undefined;
}

/** The changed module and what was put in. */
export interface Instrumented {
  wasm: Uint8Array<ArrayBuffer>;
  functions: number;
  loops: number;
  bulk: number;
}

const I32 = 0x7f;
const MUTABLE = 1;
const END = 0x0b;

/**
 * Puts the meter into a module: an exported mutable global `fuel` (i32), paid from as `meterBody` says. Also gives
 * imports (module `env`) and exports their full names, limits the imported memory, exports every other mutable
 * global as `global_<index>` (a snapshot of an instance needs them), and drops custom sections.
 *
 * The same input gives the same bytes.
 *
 * @throws {Error} when something is met that is not understood for sure; nothing is passed over.
 */
export function instrument(file: Uint8Array, how: Instrumentation): Instrumented {
  const sections = readModule(file).filter((section) => section.id !== CUSTOM);
  const imports = readImports(required(sections, IMPORT, "imports"));
  const globals = readGlobals(contentsOf(sections, GLOBAL) ?? Uint8Array.of(0));
  const types = readTypes(required(sections, TYPE, "types"));
  const functionTypes = readIndexes(required(sections, FUNCTION, "functions"));
  const importedGlobals = imports.filter((one) => one.kind === KIND_GLOBAL).length;
  const importedFunctions = imports.filter((one) => one.kind === KIND_FUNCTION).length;
  const fuel = importedGlobals + globals.length;
  const charge = importedFunctions + functionTypes.length;

  const signature = Uint8Array.of(0x60, 1, I32, 1, I32);
  const known = types.findIndex((type) => type.join() === signature.join());
  const chargeType = known < 0 ? types.push(signature) - 1 : known;

  const fuelGlobal = new Writer().byte(I32, MUTABLE, I32_CONST).s32(how.initialFuel).byte(END).finish();
  const code = meterCode(file, sections, how, { fuel, charge });
  const exported = [
    ...readExports(required(sections, EXPORT, "exports")).map((one) => ({
      ...one,
      name: renamed(how.exportNames, one.name, "export"),
    })),
    ...globals.flatMap((global, index) =>
      global.mutable
        ? [{ name: `global_${importedGlobals + index}`, kind: KIND_GLOBAL, index: importedGlobals + index }]
        : []
    ),
    { name: "fuel", kind: KIND_GLOBAL, index: fuel },
  ];

  const wasm = writeModule(replaced(sections, [
    [TYPE, writeVector(types, (writer, type) => writer.bytes(type))],
    [
      IMPORT,
      writeVector(imports, (writer, one) => {
        writer.name("env").name(renamed(how.importNames, one.name, "import")).byte(one.kind);
        if (one.kind === KIND_MEMORY) writer.byte(1).u32(how.memory.initial).u32(how.memory.maximum);
        else writer.bytes(one.rest);
      }),
    ],
    [FUNCTION, writeVector([...functionTypes, chargeType], (writer, type) => writer.u32(type))],
    [
      GLOBAL,
      writeVector([...globals.map((one) => one.body), fuelGlobal], (writer, body) => writer.bytes(body)),
    ],
    [EXPORT, writeVector(exported, (writer, one) => writer.name(one.name).byte(one.kind).u32(one.index))],
    [CODE, code.contents],
  ]));
  return { wasm, functions: functionTypes.length, loops: code.loops, bulk: code.bulk };
}

function meterCode(
  file: Uint8Array,
  sections: Section[],
  how: Instrumentation,
  indexes: { fuel: number; charge: number },
): { contents: Uint8Array; loops: number; bulk: number } {
  const section = sections.find((one) => one.id === CODE);
  if (!section) throw new Error("the module has no code");
  const reader = new Reader(file, section.offset, section.offset + section.contents.length);
  let loops = 0;
  let bulk = 0;
  const bodies = Array.from({ length: reader.u32() }, () => {
    const one = meterBody(file, reader.inner(reader.u32()), indexes, how.meterEntries, how.replace);
    loops += one.loops;
    bulk += one.bulk;
    return one.body;
  });
  if (!reader.done) throw new Error("the code section goes on behind its last function");
  bodies.push(chargeBody(indexes.fuel));
  return { contents: writeVector(bodies, (writer, body) => writer.sized(body)), loops, bulk };
}

/** Function types in their binary form. */
function readTypes(contents: Uint8Array): Uint8Array[] {
  const reader = new Reader(contents);
  return Array.from({ length: reader.u32() }, () => {
    const start = reader.at;
    if (reader.byte() !== 0x60) throw new Error("a type that is not a function's is not supported");
    reader.take(reader.u32());
    reader.take(reader.u32());
    return contents.subarray(start, reader.at);
  });
}

function readIndexes(contents: Uint8Array): number[] {
  const reader = new Reader(contents);
  return Array.from({ length: reader.u32() }, () => reader.u32());
}

function renamed(names: Map<string, string>, name: string, what: string): string {
  const full = names.get(name);
  if (full === undefined) throw new Error(`${what} "${name}" has no full name`);
  return full;
}

function required(sections: Section[], id: number, what: string): Uint8Array {
  const contents = contentsOf(sections, id);
  if (!contents) throw new Error(`the module has no section of ${what}`);
  return contents;
}

/** Replaces sections in place; one that was missing goes where its number belongs. */
function replaced(sections: Section[], changes: [number, Uint8Array][]): Section[] {
  const out = [...sections];
  for (const [id, contents] of changes) {
    const at = out.findIndex((section) => section.id === id);
    if (at >= 0) out[at] = { id, contents, offset: 0 };
    else {
      const next = out.findIndex((section) => section.id > id);
      out.splice(next < 0 ? out.length : next, 0, { id, contents, offset: 0 });
    }
  }
  return out;
}
