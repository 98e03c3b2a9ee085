import assert from "node:assert/strict";
import { attack, readAttacks, type Result } from "./attack.ts";
import { HAS_CHECKPOINTS } from "../scenario/checkpoint.ts";

// One alone: `deno test -A --cached-only --no-check --filter exec-flood test/attack/attack_test.ts`.

const ATTACKS = readAttacks();
const results: Result[] = [];

for (const one of ATTACKS) {
  Deno.test(`a hostile handler is held: ${one.name}`, async () => {
    const ways = HAS_CHECKPOINTS ? [false, true] : [false];
    // At the same time: libvirt calls hooks of several guests at once.
    const both = await Promise.all(ways.map((isRestored) => attack(one, isRestored)));
    results.push(...both);
    const failed = both.filter(({ wrong }) => wrong.length > 0);
    const text = failed.map((result) => `${way(result)}: ${result.wrong.join("; ")}`).join("\n");
    assert.equal(failed.length, 0, text);
  });
}

Deno.test("there are hostile handlers", () => {
  assert.ok(ATTACKS.length > 0);
});

Deno.test.afterAll(() => {
  if (results.length > 0) console.log(table(results));
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
