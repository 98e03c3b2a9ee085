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

/** The engine of the next handler, where it is ready. */
let ready: Engine | undefined;

/** Makes the engine of the next handler now: processes restored from a checkpoint have it. */
export function makeEngineReady(): void {
  const host = { call: () => "null", shouldStop: () => true };
  ready = makeEngine(host);
}

/** After its handler: the next one may get this engine. */
export function giveBackEngine(engine: Engine): void {
  if (engine.release(prepareEngine().image)) ready = engine;
}

/** An engine for one handler, in the state after its set-up (build/engine_image.ts). */
export function makeEngine(host: EngineHost): Engine {
  const { module, image } = prepareEngine();
  if (ready === undefined) return Engine.restored(module, image, host);
  const engine = ready;
  ready = undefined;
  engine.handTo(host, image);
  return engine;
}
