import { exportNames, IMPORT_NAMES } from "./emscripten_names.ts";
import { I32_CONST, I32_STORE, type Instruction } from "./instructions.ts";
import { instrument, type Instrumented } from "./instrument.ts";
import { Writer } from "./writer.ts";

/** SHA-256 of `emscripten-module.wasm` in `@jitl/quickjs-ng-wasmfile-release-sync@0.32.0`. */
const ENGINE_SHA256 = "b56fe5094b8751c47b8c32fb5ed4d75afe2dbb43412d3d983ac5d1156af456da";

/** QuickJS's JS_INTERRUPT_COUNTER_INIT: back edges between two questions to the interrupt handler. */
const POLL_INTERVAL = 10_000;
const SHORTER_POLL_INTERVAL = 1_000;
/** Where the engine sets that counter: a new context, the poll itself, and the poll of regular expressions. */
const POLL_PLACES = 3;

const LOCAL_GET = 0x20;

/**
 * Makes the engine out of the two files of the npm package.
 *
 * @param glue the package's JavaScript, which tells the exports' full names
 * @throws {Error} when either is not the expected one.
 */
export async function meterEngine(original: Uint8Array, glue: string): Promise<Instrumented> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(original))).toHex();
  if (digest !== ENGINE_SHA256) {
    throw new Error(`the engine is not the expected one: SHA-256 ${digest}, expected ${ENGINE_SHA256}`);
  }
  let places = 0;
  const engine = instrument(original, {
    importNames: new Map(IMPORT_NAMES),
    exportNames: exportNames(glue),
    memory: { initial: 256, maximum: 1024 },
    initialFuel: 1_000_000,
    refuel: "keepalive",
    replace: (list, at) => {
      if (!isPollInterval(list, at)) return undefined;
      places++;
      return new Writer().byte(I32_CONST).s32(SHORTER_POLL_INTERVAL).finish();
    },
  });
  if (places !== POLL_PLACES) {
    throw new Error(`the poll interval is set in ${places} places, expected ${POLL_PLACES}`);
  }
  new WebAssembly.Module(engine.wasm);
  return engine;
}

/** `local.get; i32.const 10000; i32.store`: nothing but the interrupt counter is set to that in this file. */
function isPollInterval(list: Instruction[], at: number): boolean {
  const one = list[at];
  return one?.opcode === I32_CONST && one.immediate === BigInt(POLL_INTERVAL) &&
    list[at - 1]?.opcode === LOCAL_GET && list[at + 1]?.opcode === I32_STORE;
}
