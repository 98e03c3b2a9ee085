import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

/** Section numbers (core specification 5.5.2). */
export const CUSTOM = 0;
export const TYPE = 1;
export const IMPORT = 2;
export const FUNCTION = 3;
export const GLOBAL = 6;
export const EXPORT = 7;
export const START = 8;
export const ELEMENT = 9;
export const CODE = 10;

/** Kinds of imports and exports. */
export const KIND_FUNCTION = 0;
export const KIND_MEMORY = 2;
export const KIND_GLOBAL = 3;

/** One section: its number and its contents, which lie at `offset` in the file they were read from. */
export interface Section {
  id: number;
  contents: Uint8Array;
  offset: number;
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/**
 * Splits a WebAssembly binary into its sections.
 *
 * @throws {Error} when it is not version 1, or cut off.
 */
export function readModule(file: Uint8Array): Section[] {
  if (MAGIC.some((byte, at) => file[at] !== byte)) throw new Error("not a WebAssembly binary of version 1");
  const reader = new Reader(file, MAGIC.length);
  const sections: Section[] = [];
  while (!reader.done) {
    const id = reader.byte();
    const size = reader.u32();
    const offset = reader.at;
    sections.push({ id, contents: reader.take(size), offset });
  }
  return sections;
}

/** Puts sections together again. */
export function writeModule(sections: Section[]): Uint8Array<ArrayBuffer> {
  const writer = new Writer().byte(...MAGIC);
  for (const section of sections) writer.byte(section.id).sized(section.contents);
  return writer.finish();
}

/** The contents of the only section with this number, or undefined. */
export function contentsOf(sections: Section[], id: number): Uint8Array | undefined {
  return sections.find((section) => section.id === id)?.contents;
}

/** One import as it stands in the file; `rest` is its description behind the kind. */
export interface Import {
  module: string;
  name: string;
  kind: number;
  rest: Uint8Array;
}

/** Reads the import section. @throws {Error} on kinds the build does not know. */
export function readImports(contents: Uint8Array): Import[] {
  const reader = new Reader(contents);
  return Array.from({ length: reader.u32() }, () => {
    const one = { module: reader.name(), name: reader.name(), kind: reader.byte() };
    const start = reader.at;
    if (one.kind === KIND_FUNCTION) reader.u32();
    else if (one.kind === KIND_GLOBAL) reader.take(2);
    else if (one.kind === KIND_MEMORY) {
      if ((reader.u32() & 1) === 1) reader.u32();
      reader.u32();
    } else throw new Error(`import ${one.module}.${one.name} is of kind ${one.kind}, which is not supported`);
    return { ...one, rest: contents.subarray(start, reader.at) };
  });
}

/** One export. */
export interface Export {
  name: string;
  kind: number;
  index: number;
}

/** Reads the export section. */
export function readExports(contents: Uint8Array): Export[] {
  const reader = new Reader(contents);
  return Array.from({ length: reader.u32() }, () => ({
    name: reader.name(),
    kind: reader.byte(),
    index: reader.u32(),
  }));
}

/** One global variable that the module defines; `body` is its whole entry. */
export interface Global {
  mutable: boolean;
  body: Uint8Array;
}

/** Reads the global section. @throws {Error} when a start value is not one constant. */
export function readGlobals(contents: Uint8Array): Global[] {
  const reader = new Reader(contents);
  return Array.from({ length: reader.u32() }, () => {
    const start = reader.at;
    reader.byte();
    const mutable = reader.byte() === 1;
    const opcode = reader.byte();
    if (opcode === 0x41 || opcode === 0x42) reader.s64();
    else if (opcode === 0x43) reader.take(4);
    else if (opcode === 0x44) reader.take(8);
    else throw new Error(`a global's start value with instruction 0x${opcode.toString(16)} is not supported`);
    if (reader.byte() !== 0x0b) throw new Error("a global's start value is more than one constant");
    return { mutable, body: contents.subarray(start, reader.at) };
  });
}

/** Writes a vector: the number of entries, then each. */
export function writeVector<T>(entries: T[], write: (writer: Writer, entry: T) => void): Uint8Array {
  const writer = new Writer().u32(entries.length);
  for (const entry of entries) write(writer, entry);
  return writer.finish();
}
