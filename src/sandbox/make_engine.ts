import { Engine, type EngineHost } from "./engine.ts";
import { EngineImage } from "./engine_image.ts";
import { embeddedFile } from "../system/embedded.ts";

/** Makes an engine for one handler. */
export type MakeEngine = (host: EngineHost) => Engine;

/** The metered engine (build/meter_wasm.ts), started from its image (build/engine_image.ts); compiled once. */
export function engineMaker(): MakeEngine {
  const module = new WebAssembly.Module(embeddedFile("engine.bin"));
  const image = new EngineImage(embeddedFile("engine.img"));
  return (host) => Engine.restored(module, image, host);
}
