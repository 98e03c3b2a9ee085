/**
 * Sets an engine up once and keeps its memory: `engine_image.ts ENGINE OUTPUT`.
 *
 * A hook call then starts from that state instead of repeating the set-up. Two set-ups at different times
 * show what depends on the clock: only the seeds of `Math.random` may differ.
 */
import { hostCalls } from "../src/capability/host_calls.ts";
import { Engine } from "../src/sandbox/engine.ts";
import { EngineImage, type Snapshot } from "../src/sandbox/engine_image.ts";
import prelude from "../src/sandbox/prelude.js" with { type: "text" };

/** Milliseconds since the epoch: two times that differ in every way that shows. */
const ONE_TIME = 1_000_000_000_000;
const OTHER_TIME = 1_777_777_777_777;

const [engine, output] = Deno.args;
if (!engine || !output) throw new Error("usage: engine_image.ts ENGINE OUTPUT");

const module = new WebAssembly.Module(Deno.readFileSync(engine));
const one = snapshotAt(ONE_TIME);
const other = snapshotAt(OTHER_TIME);
if (JSON.stringify(one.roots) !== JSON.stringify(other.roots)) {
  throw new Error("two set-ups have different addresses");
}
const image = EngineImage.encode(one, seedsOf(one.memory, other.memory));
Deno.writeFileSync(`${output}.new`, image);
Deno.renameSync(`${output}.new`, output);
console.log(`build: ${output}: ${image.length} bytes`);

/** The state after a set-up with the clock stopped at `ms` since the epoch. */
function snapshotAt(ms: number): Snapshot {
  const now = Date.now;
  Date.now = () => ms;
  try {
    const call = () => JSON.stringify(hostCalls());
    return Engine.fresh(module, prelude, { call, shouldStop: () => false }).snapshot();
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
