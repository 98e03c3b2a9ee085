import { Engine, type EngineHost } from "./engine.ts";
import { EngineImage } from "./engine_image.ts";
import { embeddedFile } from "../system/embedded.ts";

/** One for each process; a process restored from a checkpoint already has both. */
let compiled: WebAssembly.Module | undefined;
let base: EngineImage | undefined;

/** Compiles the metered engine (build/meter_wasm.ts) and reads its image, where this process has not yet. */
export function prepareEngine(): { module: WebAssembly.Module; image: EngineImage } {
  return {
    module: compiled ??= new WebAssembly.Module(embeddedFile("engine.bin")),
    image: base ??= new EngineImage(embeddedFile("engine.img")),
  };
}

/** An engine for one handler, in the state after its set-up (build/engine_image.ts). */
export function makeEngine(host: EngineHost): Engine {
  const { module, image } = prepareEngine();
  return Engine.restored(module, image, host);
}
