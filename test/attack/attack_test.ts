import assert from "node:assert/strict";
import { attack, readAttacks, type Result } from "./attack.ts";

/** Attacks that run at the same time: libvirt calls hooks of several guests at once. */
const AT_ONCE = 2;

/** `ATTACK=regex` runs only those whose name holds it. */
const only = Deno.env.get("ATTACK") ?? "";

Deno.test("no hostile handler outlives its deadline, grows too large, escapes, or keeps libvirt waiting", async () => {
  const waiting = readAttacks().filter(({ name }) => name.includes(only));
  assert.ok(waiting.length > 0);
  const results: Result[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.push(await attack(next));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  results.sort((a, b) => a.name < b.name ? -1 : 1);
  console.log(table(results));
  const failed = results.filter(({ wrong }) => wrong.length > 0);
  assert.equal(failed.length, 0, failed.map(({ name, wrong }) => `${name}: ${wrong.join("; ")}`).join("\n"));
});

function table(results: readonly Result[]): string {
  const rows = results.map(({ name, verdict, cause, lateMs, peakKiB, wrong }) => [
    name,
    verdict,
    cause,
    lateMs > 0 ? `${Math.round(lateMs)} ms` : "in time",
    `${Math.round(peakKiB / 1024)} MiB`,
    wrong.length === 0 ? "held" : wrong.join("; "),
  ]);
  const head = ["attack", "verdict", "cause", "past deadline", "peak memory", ""];
  const widths = head.map((word, i) =>
    Math.max(word.length, ...rows.map((row) => i === 5 ? 0 : row[i]!.length))
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
    `(${latest.name}), the largest ${Math.round(largest.peakKiB / 1024)} MiB (${largest.name})`,
  ].join("\n");
}
