import { Engine, type EngineHost } from "./engine.ts";
import { EngineImage } from "./engine_image.ts";
import { embeddedFile } from "../system/embedded.ts";

/** Of the process: one that is restored from a checkpoint has both already. */
let compiled: WebAssembly.Module | undefined;
let base: EngineImage | undefined;

/** Makes engines for handlers, of the metered engine (build/meter_wasm.ts); it is compiled once. */
export class EngineMaker {
  readonly #module = compiled ??= new WebAssembly.Module(embeddedFile("engine.bin"));

  /** An engine in the state after its set-up (build/engine_image.ts). */
  make(host: EngineHost): Engine {
    return Engine.restored(this.#module, this.#image, host);
  }

  get #image(): EngineImage {
    return base ??= new EngineImage(embeddedFile("engine.img"));
  }
}
