import { I32_CONST } from "./instructions.ts";
import { chargeBody, emptyBody, meterBody, type MeterIndexes, type Replace } from "./meter.ts";
import {
  CODE,
  contentsOf,
  CUSTOM,
  EXPORT,
  FUNCTION,
  GLOBAL,
  IMPORT,
  type Import,
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
  /** The import (by full name, a function without parameters and results) asked for more when none is left. */
  refuel?: string;
  /** May replace single instructions, see `meterBody`. */
  replace?: Replace;
}

/** The changed module and what was put in. */
export interface Instrumented {
  wasm: Uint8Array<ArrayBuffer>;
  loops: number;
  entries: number;
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
 * The same input produces the same bytes.
 *
 * @throws {Error} when something is met that is not understood for sure; nothing is passed over.
 */
export function instrument(file: Uint8Array, how: Instrumentation): Instrumented {
  const sections = readModule(file).filter((section) => section.id !== CUSTOM);
  const imports = readImports(required(sections, IMPORT, "imports"));
  const globals = readGlobals(contentsOf(sections, GLOBAL) ?? Uint8Array.of(0));
  const types = readTypes(required(sections, TYPE, "types"));
  const functionTypes = readIndexes(required(sections, FUNCTION, "functions"));
  const functions = imports.filter((one) => one.kind === KIND_FUNCTION);
  const importedGlobals = imports.filter((one) => one.kind === KIND_GLOBAL).length;
  const added = functions.length + functionTypes.length;
  const indexes = { fuel: importedGlobals + globals.length, charge: added, empty: added + 1 };
  const chargeType = typeIndex(types, [0x60, 1, I32, 1, I32]);
  const emptyType = typeIndex(types, [0x60, 0, 0]);
  const refuel = how.refuel === undefined ? undefined : refuelIndex(functions, how, emptyType);

  const fuelGlobal = new Writer().byte(I32, MUTABLE, I32_CONST).s32(how.initialFuel).byte(END).finish();
  const code = meterCode(file, sections, how, indexes, refuel);
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
    { name: "fuel", kind: KIND_GLOBAL, index: indexes.fuel },
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
    [FUNCTION, writeVector([...functionTypes, chargeType, emptyType], (writer, type) => writer.u32(type))],
    [
      GLOBAL,
      writeVector([...globals.map((one) => one.body), fuelGlobal], (writer, body) => writer.bytes(body)),
    ],
    [EXPORT, writeVector(exported, (writer, one) => writer.name(one.name).byte(one.kind).u32(one.index))],
    [CODE, code.contents],
  ]));
  return { ...code.counts, wasm };
}

function meterCode(
  file: Uint8Array,
  sections: Section[],
  how: Instrumentation,
  indexes: MeterIndexes,
  refuel: number | undefined,
): { contents: Uint8Array; counts: { loops: number; entries: number; bulk: number } } {
  const section = sections.find((one) => one.id === CODE);
  if (!section) throw new Error("the module has no code");
  const reader = new Reader(file, section.offset, section.offset + section.contents.length);
  const counts = { loops: 0, entries: 0, bulk: 0 };
  const bodies = Array.from({ length: reader.u32() }, () => {
    const one = meterBody(file, reader.inner(reader.u32()), indexes, how.replace);
    counts.loops += one.loops;
    counts.entries += one.entries;
    counts.bulk += one.bulk;
    return one.body;
  });
  if (!reader.done) throw new Error("the code section continues after its last function");
  bodies.push(chargeBody(indexes), emptyBody(indexes.fuel, refuel));
  return { contents: writeVector(bodies, (writer, body) => writer.sized(body)), counts };
}

/** The index of a function type, which is added when there is none like it. */
function typeIndex(types: Uint8Array[], wanted: number[]): number {
  const known = types.findIndex((type) => type.join() === wanted.join());
  return known < 0 ? types.push(Uint8Array.from(wanted)) - 1 : known;
}

function refuelIndex(functions: Import[], how: Instrumentation, type: number): number {
  const index = functions.findIndex((one) => how.importNames.get(one.name) === how.refuel);
  const found = functions[index];
  if (!found) throw new Error(`the imported function "${how.refuel}", which asks for fuel, does not exist`);
  if (new Reader(found.rest).u32() !== type) {
    throw new Error(`import "${how.refuel}" has parameters or results`);
  }
  return index;
}

/** Function types in their binary form. */
function readTypes(contents: Uint8Array): Uint8Array[] {
  const reader = new Reader(contents);
  return Array.from({ length: reader.u32() }, () => {
    const start = reader.at;
    if (reader.byte() !== 0x60) throw new Error("only function types are supported");
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
  if (!contents) throw new Error(`the module has no ${what} section`);
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
