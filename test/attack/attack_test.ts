import assert from "node:assert/strict";
import { attack, readAttacks, type Result } from "./attack.ts";
import { HAS_CHECKPOINTS } from "../scenario/checkpoint.ts";

/** Attacks that run at the same time: libvirt calls hooks of several guests at once. */
const AT_ONCE = 2;

/** `ATTACK=regex` runs only those whose name holds it. */
const only = Deno.env.get("ATTACK") ?? "";

Deno.test("no hostile handler outlives its deadline, grows too large, escapes, or keeps libvirt waiting", async () => {
  const attacks = readAttacks().filter(({ name }) => name.includes(only));
  assert.ok(attacks.length > 0);
  const ways = HAS_CHECKPOINTS ? [false, true] : [false];
  const waiting = attacks.flatMap((one) => ways.map((isRestored) => ({ one, isRestored })));
  const results: Result[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.push(await attack(next.one, next.isRestored));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  results.sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : Number(a.isRestored) - Number(b.isRestored)
  );
  console.log(table(results));
  const failed = results.filter(({ wrong }) => wrong.length > 0);
  const text = failed.map((result) => `${result.name} (${way(result)}): ${result.wrong.join("; ")}`).join(
    "\n",
  );
  assert.equal(failed.length, 0, text);
});

/** How its process began. */
function way({ isRestored }: Result): string {
  return isRestored ? "restored" : "plain";
}

function table(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.name,
    way(result),
    result.verdict,
    result.cause,
    result.lateMs > 0 ? `${Math.round(result.lateMs)} ms` : "in time",
    `${Math.round(result.peakKiB / 1024)} MiB`,
    result.wrong.length === 0 ? "held" : result.wrong.join("; "),
  ]);
  const head = ["attack", "start", "verdict", "cause", "past deadline", "peak memory", ""];
  const widths = head.map((word, i) =>
    Math.max(word.length, ...rows.map((row) => i === 6 ? 0 : row[i]!.length))
  );
  const line = (row: string[]) => row.map((word, i) => word.padEnd(widths[i]!)).join("  ").trimEnd();
  const worst = (of: (result: Result) => number) => results.reduce((a, b) => of(b) > of(a) ? b : a);
  const latest = worst((result) => result.lateMs);
  const largest = worst((result) => result.peakKiB);
  const held = results.filter(({ wrong }) => wrong.length === 0).length;
  return [
    line(head),
    ...rows.map(line),
    "",
    `${results.length} attacks, ${held} held; the latest ${Math.round(latest.lateMs)} ms past its deadline ` +
    `(${latest.name}, ${way(latest)}), the largest ${Math.round(largest.peakKiB / 1024)} MiB ` +
    `(${largest.name}, ${way(largest)})`,
  ].join("\n");
}
