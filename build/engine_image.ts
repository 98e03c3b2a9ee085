/**
 * Sets an engine up once and keeps its memory: `engine_image.ts ENGINE OUTPUT`.
 *
 * A hook call then starts from that state instead of making it again. What depends on the clock is found by doing
 * it twice at different times: only the seeds of `Math.random` may differ.
 */
import { Engine } from "../src/sandbox/engine.ts";
import { type EngineRoots, IMAGE_MAGIC } from "../src/sandbox/engine_image.ts";
import prelude from "../src/sandbox/prelude.js" with { type: "text" };

/** Milliseconds since the epoch: two times that differ in every way that shows. */
const ONE_TIME = 1_000_000_000_000;
const OTHER_TIME = 1_777_777_777_777;
/** Zero bytes that end a run: fewer cost less to write than a new run. */
const GAP = 32;

const [engine, output] = Deno.args;
if (!engine || !output) throw new Error("usage: engine_image.ts ENGINE OUTPUT");

const module = new WebAssembly.Module(Deno.readFileSync(engine));
const one = snapshotAt(ONE_TIME);
const other = snapshotAt(OTHER_TIME);
if (JSON.stringify(one.roots) !== JSON.stringify(other.roots)) {
  throw new Error("two set-ups gave different addresses");
}
const image = encode(one.roots, seedsOf(one.memory, other.memory), runsOf(one.memory));
Deno.writeFileSync(`${output}.new`, image);
Deno.renameSync(`${output}.new`, output);
console.log(`build: ${output}: ${image.length} bytes`);

/** The state after a set-up during which the clock stood still at `ms` since the epoch. */
function snapshotAt(ms: number): { roots: EngineRoots; memory: Uint8Array<ArrayBuffer> } {
  const now = Date.now;
  Date.now = () => ms;
  try {
    return Engine.fresh(module, prelude, { call: () => "null", shouldStop: () => false }).snapshot();
  } finally {
    Date.now = now;
  }
}

/**
 * The address of the seed of `Math.random`, which QuickJS takes from the clock in microseconds.
 *
 * The other words that tell the time of the build are what `performance` counts from; the prelude removes that
 * object, and they are set to zero here so that the image does not depend on the clock.
 */
function seedsOf(one: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>): number[] {
  const [x, y] = [new BigUint64Array(one.buffer), new BigUint64Array(other.buffer)];
  const apart = BigInt.asUintN(64, bitsOf(OTHER_TIME) - bitsOf(ONE_TIME));
  const seeds: number[] = [];
  for (const [i, word] of x.entries()) {
    const twin = y[i]!;
    if (word === twin) continue;
    if (word === BigInt(ONE_TIME) * 1000n && twin === BigInt(OTHER_TIME) * 1000n) seeds.push(i * 8);
    // As a double, and as a double in QuickJS's boxed form, which has a constant added.
    else if (BigInt.asUintN(64, twin - word) === apart) x[i] = 0n;
    else throw new Error(`the word at ${i * 8} depends on the clock in an unknown way: ${word}, ${twin}`);
  }
  if (seeds.length !== 1) throw new Error(`expected one seed of Math.random, found ${seeds.length}`);
  return seeds;
}

function bitsOf(double: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, double);
  return view.getBigUint64(0);
}

/** Stretches of memory that are not zero. */
function runsOf(memory: Uint8Array): { address: number; bytes: Uint8Array }[] {
  const runs: { address: number; bytes: Uint8Array }[] = [];
  let start = -1;
  let last = -1;
  const finish = () => {
    if (start >= 0) runs.push({ address: start, bytes: memory.subarray(start, last + 1) });
    start = -1;
  };
  memory.forEach((byte, i) => {
    if (byte === 0) return;
    if (start >= 0 && i - last > GAP) finish();
    if (start < 0) start = i;
    last = i;
  });
  finish();
  return runs;
}

function encode(
  roots: EngineRoots,
  seeds: number[],
  runs: { address: number; bytes: Uint8Array }[],
): Uint8Array {
  const words = [
    IMAGE_MAGIC,
    roots.runtime,
    roots.context,
    roots.out,
    roots.enter,
    roots.stack,
    seeds.length,
    runs.length,
  ];
  const parts: Uint8Array[] = [wordsOf([...words, ...seeds])];
  for (const { address, bytes } of runs) {
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
    padded.set(bytes);
    parts.push(wordsOf([address, bytes.length]), padded);
  }
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function wordsOf(words: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, i) => view.setUint32(4 * i, word, true));
  return new Uint8Array(view.buffer);
}
