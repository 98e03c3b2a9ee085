import { embeddedFile } from "../system/embedded.ts";

let module: WebAssembly.Module | undefined;

/** The metered engine, compiled once a process. Made by build/meter_wasm.ts. */
export function engineModule(): WebAssembly.Module {
  return module ??= new WebAssembly.Module(embeddedFile("engine.bin"));
}
