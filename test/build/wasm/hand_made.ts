import {
  CODE,
  EXPORT,
  FUNCTION,
  IMPORT,
  KIND_FUNCTION,
  KIND_MEMORY,
  type Section,
  TYPE,
  writeModule,
  writeVector,
} from "../../../build/wasm/module.ts";
import { Writer } from "../../../build/wasm/writer.ts";

export const I32 = 0x7f;

/** One function of a hand-made module. */
export interface HandMadeFunction {
  name: string;
  parameters?: number[];
  results?: number[];
  /** Types of its locals. */
  locals?: number[];
  /** The code without the last `end`. */
  code: number[];
}

/**
 * A module that imports `a.a` (a memory) and `a.b` (a function without parameters and results, index 0) and exports
 * the given functions (index 1 and up) by their names. `extra` sections go behind the others or where they belong.
 */
export function handMade(functions: HandMadeFunction[], extra: Section[] = []): Uint8Array<ArrayBuffer> {
  const sections: Section[] = [
    section(
      TYPE,
      writeVector([{ parameters: [], results: [] }, ...functions], (writer, one) => {
        writer.byte(0x60).sized(Uint8Array.from(one.parameters ?? [])).sized(
          Uint8Array.from(one.results ?? []),
        );
      }),
    ),
    section(
      IMPORT,
      new Writer().u32(2).name("a").name("a").byte(KIND_MEMORY, 0).u32(1)
        .name("a").name("b").byte(KIND_FUNCTION).u32(0).finish(),
    ),
    section(FUNCTION, writeVector(functions, (writer, one) => writer.u32(functions.indexOf(one) + 1))),
    section(
      EXPORT,
      writeVector(functions, (writer, one) => {
        writer.name(one.name).byte(KIND_FUNCTION).u32(functions.indexOf(one) + 1);
      }),
    ),
    section(
      CODE,
      writeVector(functions, (writer, one) => {
        const locals = writeVector(one.locals ?? [], (inner, type) => inner.u32(1).byte(type));
        writer.sized(new Writer().bytes(locals).byte(...one.code, 0x0b).finish());
      }),
    ),
  ];
  return writeModule([...sections, ...extra].sort((left, right) => left.id - right.id));
}

export function section(id: number, contents: Uint8Array): Section {
  return { id, contents, offset: 0 };
}
