import { deepEqual, equal, throws } from "node:assert/strict";
import { instrument, type Instrumentation } from "../../../build/wasm/instrument.ts";
import { CODE, CUSTOM, GLOBAL, readModule } from "../../../build/wasm/module.ts";
import { Writer } from "../../../build/wasm/writer.ts";
import { handMade, type HandMadeFunction, I32, section } from "./hand_made.ts";

const HOW: Instrumentation = {
  importNames: new Map([["a", "memory"], ["b", "ask"]]),
  exportNames: new Map(["run", "leaf", "copy", "fill", "count"].map((name) => [name, name])),
  memory: { initial: 2, maximum: 4 },
  initialFuel: 0,
};

interface Running {
  fuel: WebAssembly.Global;
  memory: WebAssembly.Memory;
  exports: Record<string, (...args: number[]) => number>;
}

function start(
  file: Uint8Array,
  how: Partial<Instrumentation> = {},
  ask: (running: Running) => void = () => {},
) {
  const { wasm } = instrument(file, { ...HOW, ...how });
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 4 });
  const running = { memory } as Running;
  const env = { memory, ask: () => ask(running) };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env });
  running.exports = instance.exports as Running["exports"];
  running.fuel = instance.exports.fuel as WebAssembly.Global;
  return running;
}

const RUN = { name: "run" };
/** `loop; br 0; end`: never ends by itself. */
const ENDLESS: HandMadeFunction = { ...RUN, code: [0x03, 0x40, 0x0c, 0x00, 0x0b] };
/** Counts its turns in local 0, down from the parameter: as many as the parameter says. */
const TURNS = [0x03, 0x40, 0x20, 0x00, 0x41, 0x01, 0x6b, 0x22, 0x00, 0x0d, 0x00, 0x0b];
const COUNT: HandMadeFunction = { name: "count", parameters: [I32], code: TURNS };

Deno.test("an endless loop traps when its fuel is gone", () => {
  const { exports, fuel } = start(handMade([ENDLESS]));
  fuel.value = 1000;
  throws(() => exports.run?.(), /unreachable/);
  equal(fuel.value, -1);
});

Deno.test("a loop of n turns takes exactly n units of fuel", () => {
  const { exports, fuel } = start(handMade([COUNT]));
  fuel.value = 1000;
  exports.count?.(1000);
  equal(fuel.value, 0);
  fuel.value = 999;
  throws(() => exports.count?.(1000), /unreachable/);
});

Deno.test("nested loops each pay for their own turns", () => {
  const code = [
    ...[0x03, 0x40, 0x41, 0x05, 0x21, 0x01], // outer loop: local 1 = 5
    ...[0x03, 0x40, 0x20, 0x01, 0x41, 0x01, 0x6b, 0x22, 0x01, 0x0d, 0x00, 0x0b], // inner loop: 5 turns
    ...[0x20, 0x00, 0x41, 0x01, 0x6b, 0x22, 0x00, 0x0d, 0x00, 0x0b], // as often as the parameter says
  ];
  const { exports, fuel } = start(handMade([{ ...RUN, parameters: [I32], locals: [I32], code }]));
  fuel.value = 1000;
  exports.run?.(7);
  equal(1000 - fuel.value, 7 + 7 * 5);
});

Deno.test("a loop with a result and one left by br_table keep their values", () => {
  const code = [
    ...[0x02, 0x40, 0x03, 0x40], // block, loop
    ...[0x20, 0x00, 0x41, 0x01, 0x6b, 0x22, 0x00], // local 0 less 1
    ...[0x41, 0x00, 0x47, 0x0e, 0x01, 0x01, 0x00], // br_table: 0 leaves the block, else another turn
    ...[0x0b, 0x0b],
    ...[0x03, 0x7f, 0x41, 0x2a, 0x0b], // (loop (result i32) i32.const 42)
  ];
  const { exports, fuel } = start(handMade([{ ...RUN, parameters: [I32], results: [I32], code }]));
  fuel.value = 100;
  equal(exports.run?.(9), 42);
  equal(100 - fuel.value, 9 + 1);
});

Deno.test("recursion without a loop pays at every call", () => {
  const { exports, fuel } = start(handMade([{ ...RUN, code: [0x10, 0x01, 0x10, 0x01] }]));
  fuel.value = 500;
  throws(() => exports.run?.(), /unreachable/);
});

Deno.test("a function that neither loops nor calls costs nothing", () => {
  const { exports, fuel } = start(handMade([{ name: "leaf", results: [I32], code: [0x41, 0x07] }]));
  equal(exports.leaf?.(), 7);
  equal(fuel.value, 0);
});

Deno.test("memory.copy and memory.fill pay for every 64 bytes and still do their work", () => {
  const parameters = [I32, I32, I32];
  const operands = [0x20, 0x00, 0x20, 0x01, 0x20, 0x02];
  const { exports, fuel, memory } = start(handMade([
    { name: "copy", parameters, code: [...operands, 0xfc, 0x0a, 0x00, 0x00] },
    { name: "fill", parameters, code: [...operands, 0xfc, 0x0b, 0x00] },
  ]));
  fuel.value = 100;
  exports.fill?.(0, 7, 640);
  exports.copy?.(1000, 100, 128);
  deepEqual([...new Uint8Array(memory.buffer, 1126, 3)], [7, 7, 0]);
  equal(100 - fuel.value, 10 + 2);
  throws(() => exports.fill?.(0, 7, 65536), /unreachable/);
});

Deno.test("with refuel the host is asked before the trap, and the work goes on when it gives fuel", () => {
  let asked = 0;
  const { exports, fuel } = start(handMade([COUNT]), { refuel: "ask" }, ({ fuel }) => {
    asked++;
    fuel.value = 9;
  });
  exports.count?.(100);
  equal(asked, 10);
  equal(fuel.value, 0);
});

Deno.test("a host that gives no fuel gets the trap, one that throws gets its own exception", () => {
  throws(() => start(handMade([ENDLESS]), { refuel: "ask" }).exports.run?.(), /unreachable/);
  const refuse = () => {
    throw new Error("too late");
  };
  throws(() => start(handMade([ENDLESS]), { refuel: "ask" }, refuse).exports.run?.(), /too late/);
});

Deno.test("instrument() gives full names, limits the memory and drops custom sections", () => {
  const { wasm } = instrument(handMade([ENDLESS], [section(CUSTOM, new Writer().name("name").finish())]), {
    ...HOW,
    exportNames: new Map([["run", "full_name"]]),
  });
  const module = new WebAssembly.Module(wasm);
  deepEqual(WebAssembly.Module.exports(module).map((one) => one.name), ["full_name", "fuel"]);
  deepEqual(WebAssembly.Module.imports(module).map((one) => `${one.module}.${one.name}`), [
    "env.memory",
    "env.ask",
  ]);
  equal(readModule(wasm).some((one) => one.id === CUSTOM), false);
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 5 });
  throws(() => new WebAssembly.Instance(module, { env: { memory, ask: () => {} } }), /maximum/);
});

Deno.test("instrument() exports every mutable global, and no other", () => {
  const globals = new Writer().u32(2).byte(I32, 0, 0x41, 1, 0x0b).byte(I32, 1, 0x41, 2, 0x0b).finish();
  const { wasm } = instrument(handMade([ENDLESS], [section(GLOBAL, globals)]), HOW);
  const names = WebAssembly.Module.exports(new WebAssembly.Module(wasm)).map((one) => one.name);
  deepEqual(names, ["run", "global_1", "fuel"]);
});

Deno.test("instrument() gives the same bytes for the same input", () => {
  deepEqual(
    instrument(handMade([ENDLESS, COUNT]), HOW).wasm,
    instrument(handMade([ENDLESS, COUNT]), HOW).wasm,
  );
});

Deno.test("instrument() replaces single instructions when asked to", () => {
  const file = handMade([{ name: "leaf", results: [I32], code: [0x41, 0x07] }]);
  const { exports } = start(file, {
    replace: (list, at) =>
      list[at]?.immediate === 7n ? new Writer().byte(0x41).s32(1000).finish() : undefined,
  });
  equal(exports.leaf?.(), 1000);
});

Deno.test("instrument() refuses names it was not given", () => {
  throws(
    () => instrument(handMade([ENDLESS]), { ...HOW, exportNames: new Map() }),
    /export "run" has no full name/,
  );
  throws(
    () => instrument(handMade([ENDLESS]), { ...HOW, importNames: new Map() }),
    /import "a" has no full name/,
  );
  throws(
    () => instrument(handMade([ENDLESS]), { ...HOW, refuel: "more" }),
    /the imported function "more", which asks for fuel, does not exist/,
  );
});

Deno.test("instrument() refuses a file cut off anywhere", () => {
  const file = handMade([ENDLESS, COUNT]);
  for (let length = 0; length < file.length; length++) {
    throws(() => instrument(file.subarray(0, length), HOW), Error, `cut at ${length}`);
  }
});

Deno.test("instrument() refuses bytes behind a function's end", () => {
  const file = handMade([ENDLESS]);
  const at = readModule(file).find((one) => one.id === CODE)?.offset ?? 0;
  // The body is 7 bytes: no locals, loop, its type, br, its label, end, end. Its first `end` made a body's end.
  file[at + 3] = 0x0b;
  throws(() => instrument(file, HOW), /continues after its end/);
});
