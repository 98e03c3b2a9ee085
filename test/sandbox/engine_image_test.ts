import assert from "node:assert/strict";
import { hostCalls } from "../../src/capability/host_calls.ts";
import { Engine, type EngineHost } from "../../src/sandbox/engine.ts";
import { EngineImage } from "../../src/sandbox/engine_image.ts";
import prelude from "../../src/sandbox/prelude.js" with { type: "text" };

const module = new WebAssembly.Module(Deno.readFileSync(new URL("../../dist/engine.bin", import.meta.url)));
const image = new EngineImage(Deno.readFileSync(new URL("../../dist/engine.img", import.meta.url)));

/** What a handler's code says with `say(…)`, and how it ended, in an engine made by `make`. */
function play(make: (host: EngineHost) => Engine, code: string): string[] {
  const said: string[] = [];
  const answers: string[] = [];
  let over = false;
  const host: EngineHost = {
    call(text) {
      const { call, id, args } = JSON.parse(text);
      if (call === "names") return JSON.stringify(hostCalls());
      said.push(`${call} ${JSON.stringify(args)}`);
      if (call === "end") over = true;
      if (call === "sleep") {
        answers.push(JSON.stringify({ id, value: null }));
        return `{"pending":true}`;
      }
      return `{"value":null}`;
    },
    shouldStop: () => false,
  };
  const engine = make(host);
  const source = `export default async function (event, host) {
  const say = (value) => host.log.info(String(value));
  ${code}
}`;
  const start = JSON.stringify({ event: { name: "v1" }, options: { a: [1, 2] } });
  for (let thrown = engine.load(source, "x.js") ?? engine.start("x.js", start); !over;) {
    if (thrown !== undefined) return [...said, thrown.thrown];
    thrown = engine.runJobs();
    const answer = answers.shift();
    if (thrown === undefined && answer !== undefined) thrown = engine.settle(answer);
    else if (thrown === undefined && !over) {
      engine.idle();
      assert.ok(over, `it neither ended nor waits: ${code}`);
    }
  }
  return said;
}

const fresh = (host: EngineHost) => Engine.fresh(module, prelude, host);
const restored = (host: EngineHost) => Engine.restored(module, image, host);

/** Every kind of thing that an engine set up earlier could do differently. */
const SNIPPETS = [
  "say(1 + 1)",
  "say([3, 1, 2].sort())",
  "say([3, 1, 2].toSorted((a, b) => b - a))",
  "say(JSON.stringify({ a: [1, { b: null }], c: 'ü' }))",
  'say(JSON.parse(\'{"a":[1,2,{"b":3}]}\').a[2].b)',
  "say(/(\\d+)-(?<x>\\w+)/u.exec('12-ab').groups.x)",
  "say('a-b-c'.replaceAll('-', '+'))",
  "say('x'.repeat(1000).length)",
  "say('äöü€𝄞'.length + ' ' + [...'äöü€𝄞'].length)",
  "say('ǆ'.toUpperCase() + 'İ'.toLowerCase().length)",
  "say('e\\u0301'.normalize('NFC').length)",
  "say((0.1 + 0.2).toFixed(20))",
  "say((1e21 + 1).toString() + ' ' + (255).toString(16) + ' ' + (0.5).toString(2))",
  "say(parseFloat('3.14e2') + parseInt('ff', 16))",
  "say(2n ** 200n)",
  "say(BigInt.asUintN(64, -1n))",
  "say(Math.max(1, 2, 3) + Math.hypot(3, 4) + Math.imul(7, 8))",
  "say([Math.sin(1), Math.exp(1), Math.pow(2, 0.5), Math.log(10)])",
  "say(new Date(0).toISOString() + new Date(86400000).getDay())",
  "say(new Date(2020, 1, 29, 12).toString())",
  "say(Date.UTC(2000, 0, 1))",
  "say(typeof performance + typeof setTimeout + typeof WebAssembly)",
  "say(Object.getOwnPropertyNames(globalThis).sort())",
  "say(Object.keys(host).sort())",
  "say(Object.keys(event).sort())",
  "say(Object.getOwnPropertyNames(Array.prototype))",
  "say([...new Map([[1, 2], [3, 4]])])",
  "say([...new Set([1, 1, 2])])",
  "const m = new WeakMap(); const k = {}; m.set(k, 1); say(m.get(k))",
  "say(new Uint8Array([1, 2, 300]))",
  "say(new DataView(new ArrayBuffer(8)).getFloat64(0))",
  "say(new Float64Array([1.5]).buffer.byteLength)",
  "say(Symbol.for('x') === Symbol.for('x'))",
  "say(Reflect.ownKeys({ b: 1, a: 2, 1: 0 }))",
  "const p = new Proxy({}, { get: (_, k) => k }); say(p.anything)",
  "class A { #x = 1; static y = 2; get x() { return this.#x } } say(new A().x + A.y)",
  "class B extends Array {} say(new B(1, 2, 3).map((x) => x * 2) instanceof B)",
  "function* g() { yield 1; yield* [2, 3] } say([...g()])",
  "async function* h() { yield 1; yield 2 } for await (const x of h()) say(x)",
  "const { a: [x, ...y] } = host.options; say(x + ' ' + y)",
  "say(((a, b = 2, ...c) => [a, b, c.length])(1, undefined, 3, 4))",
  "label: for (const i of [1, 2, 3]) { for (;;) { if (i > 1) break label; continue label } } say('out')",
  "try { null.x } catch (e) { say(e.name + e.message + e.stack) }",
  "try { undefinedName } catch (e) { say(e.message) }",
  "try { eval('syntax error') } catch (e) { say(e.name + e.message) }",
  "say(eval('1 + 2') + new Function('a', 'return a * 2')(4))",
  "function deep(n) { return deep(n + 1) } try { deep(0) } catch (e) { say(e.name + e.message) }",
  "say((await Promise.allSettled([1, Promise.reject(2)])).map((r) => r.status))",
  "say(await Promise.race([new Promise(() => {}), Promise.resolve('first')]))",
  "await host.sleep(1); say('slept'); await Promise.all([host.sleep(1), host.sleep(2)]); say('all')",
  "let n = 0; await host.waitFor(() => ++n === 3, { every: 1 }); say(n)",
  "try { host.nothing() } catch (e) { say(e.message) }",
  "say(event.name + Object.isFrozen(host))",
  "throw new TypeError('on purpose')",
  "host.options.a.push(3); say(host.options.a)",
  "say(typeof structuredClone)",
  "const big = Array.from({ length: 50000 }, (_, i) => ({ i })); say(big.length); say(big.at(-1).i)",
  "say('a,b,,c'.split(',').length + encodeURIComponent('ä &') + decodeURIComponent('%C3%A4'))",
  "say(Array.from({ length: 5 }, (_, i) => i).findLast((x) => x % 2))",
];

Deno.test("an engine restored from its image does what a fresh one does", () => {
  assert.ok(SNIPPETS.length >= 50);
  for (const code of SNIPPETS) {
    const expected = play(fresh, code);
    assert.ok(expected.length > 0, code);
    assert.deepEqual(play(restored, code), expected, code);
  }
});

Deno.test("an engine that is handed on is as new: its memory, and what it does", () => {
  let engine: Engine | undefined;
  const handedOn = (host: EngineHost) => {
    if (engine === undefined) return engine = Engine.restored(module, image, host);
    assert.ok(engine.release(image));
    assert.ok(!engine.release(image), "released twice");
    engine.handTo(host, image);
    return engine;
  };
  const deep = "const down = (n) => n === 0 ? 0 : 1 + down(n - 1); say(down(300));";
  for (const code of [`${deep} globalThis.left = [1]; say('x'.repeat(3_000_000).length)`, ...SNIPPETS]) {
    assert.deepEqual(play(handedOn, code), play(fresh, code), code);
  }
  const quiet: EngineHost = { call: () => "null", shouldStop: () => true };
  const [used, other] = [handedOn(quiet), Engine.restored(module, image, quiet)].map((one) => one.snapshot());
  for (const { memory } of [used!, other!]) for (const seed of image.seeds) memory.fill(0, seed, seed + 8);
  assert.deepEqual(used!.roots, other!.roots);
  assert.ok(used!.memory.every((byte, i) => byte === other!.memory[i]));
});

Deno.test("an engine whose memory has grown, or that was stopped inside, is not handed on", () => {
  const large = Engine.restored(module, image, { call: () => "null", shouldStop: () => false });
  large.load("globalThis.x = 'y'.repeat(40_000_000);", "x.js");
  large.start("x.js", "{}");
  large.runJobs();
  assert.ok(large.memoryBytes > 16 * 2 ** 20);
  assert.ok(!large.release(image));
  const stopped = Engine.restored(module, image, { call: () => "null", shouldStop: () => true });
  assert.throws(() => {
    stopped.load("for (;;) {}", "x.js");
    stopped.start("x.js", "{}");
    stopped.load(`'${"(".repeat(3_000_000)}'.match(/(((((.*)*)*)*)*)*$/)`, "y.js");
    stopped.start("y.js", "{}");
  }, { name: "EngineLost" });
  assert.ok(!stopped.release(image));
  assert.throws(() => stopped.runJobs(), { name: "EngineLost" });
});

Deno.test("two restored engines share neither memory nor randomness", () => {
  const random = "say(Math.random()); globalThis.left = 1; Array.prototype.left = 2";
  const [one, other] = [play(restored, random), play(restored, random)];
  assert.notDeepEqual(one, other);
  const look = "say(typeof globalThis.left + [].left)";
  assert.deepEqual(play(restored, look), play(fresh, look));
});

Deno.test("Math.random of a restored engine is spread over its range", () => {
  const [line = ""] = play(restored, "say(JSON.stringify(Array.from({ length: 2000 }, Math.random)))");
  const values = JSON.parse(JSON.parse(line.slice("log ".length))[1]) as number[];
  assert.equal(new Set(values).size, 2000);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(mean > 0.45 && mean < 0.55, `mean ${mean}`);
});

Deno.test("bytes that are no image are refused", () => {
  assert.throws(() => new EngineImage(new Uint8Array(64)), /not an engine image/);
});
