/**
 * Makes the engine file, `meter_wasm.ts OUTPUT`: QuickJS-ng's WebAssembly with a meter in every loop and
 * function, so that nothing a guest does in it, inside C built-ins too, can continue after its fuel is used
 * up.
 */
import { dirname, join } from "node:path";
import { npmFolder } from "./npm_folder.ts";
import { meterEngine } from "./wasm/engine.ts";

const PACKAGE = "@jitl/quickjs-ng-wasmfile-release-sync";

const [output] = Deno.args;
if (!output) throw new Error("usage: meter_wasm.ts OUTPUT");
const folder = join(npmFolder(PACKAGE), "dist");
const original = Deno.readFileSync(join(folder, "emscripten-module.wasm"));
const glue = Deno.readTextFileSync(join(folder, "emscripten-module.browser.mjs"));
const engine = await meterEngine(original, glue);
const growth = engine.wasm.length - original.length;
console.log(
  `build: ${output}: ${engine.loops} loops, ${engine.entries} functions and ${engine.bulk} bulk memory ` +
    `instructions metered, ${engine.wasm.length} bytes (${growth < 0 ? "" : "+"}${growth})`,
);
Deno.mkdirSync(dirname(output), { recursive: true });
Deno.writeFileSync(`${output}.tmp`, engine.wasm);
Deno.renameSync(`${output}.tmp`, output);
