import { Engine, type EngineHost } from "./engine.ts";
import { EngineImage } from "./engine_image.ts";
import { INITIAL_BYTES } from "./engine_memory.ts";
import { embeddedFile } from "../system/embedded.ts";
import { readPrivateBytes } from "../system/private_file.ts";

/** Where an engine with a handler loaded already may be found. */
export interface KeptImage {
  path: string;
  tag: number;
}

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

  /** An engine that has a handler loaded, or undefined when what is kept of it is not there or not what it should be. */
  makeLoaded(host: EngineHost, { path, tag }: KeptImage): Engine | undefined {
    const bytes = readPrivateBytes(path, LARGEST_IMAGE);
    if (bytes === undefined) return undefined;
    try {
      const image = new EngineImage(bytes);
      return image.tag === tag ? Engine.restored(this.#module, image, host) : undefined;
    } catch (error) {
      if (error instanceof RangeError || (error instanceof Error && /image/.test(error.message))) {
        return undefined;
      }
      throw error;
    }
  }

  /** The image of an engine with a module loaded, for `makeLoaded`; undefined when the module does not load. */
  imageOf(
    source: string,
    name: string,
    tag: number,
    shouldStop: () => boolean,
  ): Uint8Array<ArrayBuffer> | undefined {
    const engine = this.make({ call: () => "null", shouldStop });
    try {
      if (engine.load(source, name) !== undefined || engine.memoryBytes > INITIAL_BYTES) return undefined;
      return EngineImage.encode(engine.snapshot(), this.#image.seeds, tag);
    } finally {
      engine.release();
    }
  }

  get #image(): EngineImage {
    return base ??= new EngineImage(embeddedFile("engine.img"));
  }
}

const LARGEST_IMAGE = 16 * 1024 * 1024;
