import { equal, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { npmFolder } from "../../../build/npm_folder.ts";
import { exportNames, IMPORT_NAMES } from "../../../build/wasm/emscripten_names.ts";
import { meterEngine } from "../../../build/wasm/engine.ts";
import { instrument } from "../../../build/wasm/instrument.ts";

const folder = join(npmFolder("@jitl/quickjs-ng-wasmfile-release-sync"), "dist");
const original = Deno.readFileSync(join(folder, "emscripten-module.wasm"));
const glue = Deno.readTextFileSync(join(folder, "emscripten-module.browser.mjs"));
const engine = await meterEngine(original, glue);

Deno.test("the engine has 1,072 loops, all metered, and grows by less than a tenth", () => {
  equal(engine.loops, 1072);
  equal(engine.bulk, 94);
  ok(engine.entries > 1000);
  ok(engine.wasm.length < original.length * 1.1, `${engine.wasm.length} bytes`);
});

Deno.test("the engine's imports and exports have full names", () => {
  const module = new WebAssembly.Module(engine.wasm);
  const exported = WebAssembly.Module.exports(module).map((one) => one.name);
  for (
    const name of ["_initialize", "malloc", "QTS_NewRuntime", "QTS_Call", "stackAlloc", "global_0", "fuel"]
  ) {
    ok(exported.includes(name), name);
  }
  ok(exported.every((name) => name.length > 3));
  ok(WebAssembly.Module.imports(module).every((one) => one.module === "env" && one.name.length > 3));
});

Deno.test("the engine asks its interrupt handler ten times as often as QuickJS does by itself", () => {
  const script = "for (let i = 0; i < 100000; i++);";
  const memory = { initial: 256, maximum: 1024 };
  const names = { importNames: new Map(IMPORT_NAMES), exportNames: exportNames(glue) };
  const unchanged = instrument(original, { ...names, memory, initialFuel: 1_000_000 });
  // Two back edges a turn.
  equal(countPolls(unchanged.wasm, script), 21);
  equal(countPolls(engine.wasm, script), 201);
});

Deno.test("an endless loop inside a C built-in ends when its fuel does", () => {
  throws(() => countPolls(engine.wasm, "[].indexOf.call({ length: 2 ** 53 - 1 }, 1)"), /unreachable/);
});

Deno.test("huge copies inside one C built-in pay for their bytes", () => {
  throws(() => countPolls(engine.wasm, "for (;;) new Uint8Array(5e6).fill(1)"), /unreachable/);
});

Deno.test("another engine file than the one this was written for is refused", async () => {
  await rejects(meterEngine(original.subarray(1), glue), /not the expected one/);
  throws(() => exportNames(glue.replace("callbacks.shouldInterrupt", "callbacks.other")), /"i" is not/);
  throws(() => exportNames(""), /is not/);
});

/** Runs a script in a bare engine with 20 million units of fuel; gives the number of polls. */
function countPolls(wasm: Uint8Array<ArrayBuffer>, script: string): number {
  let polls = 0;
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 1024 });
  const none = () => 0;
  const names = WebAssembly.Module.imports(new WebAssembly.Module(wasm)).map((one) => one.name);
  const env: WebAssembly.ModuleImports = Object.fromEntries(names.map((name) => [name, none]));
  env.memory = memory;
  env.localtime = () => {};
  env.shouldInterrupt = () => {
    polls++;
    return 0;
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env });
  const c = exports as unknown as Record<string, (...args: number[]) => number>;
  (exports.fuel as WebAssembly.Global).value = 20_000_000;
  c._initialize?.();
  const runtime = c.QTS_NewRuntime?.() ?? 0;
  c.QTS_RuntimeEnableInterruptHandler?.(runtime);
  const context = c.QTS_NewContext?.(runtime, 0) ?? 0;
  const bytes = new TextEncoder().encode(`${script}\0`);
  const code = c.malloc?.(bytes.length) ?? 0;
  new Uint8Array(memory.buffer).set(bytes, code);
  c.QTS_Eval?.(context, code, bytes.length - 1, code + bytes.length - 1, 0, 0);
  return polls;
}
