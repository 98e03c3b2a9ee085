/**
 * What CI runs: `ok.ts TARGET…` makes each target in turn, shows its output as it comes, stops at the first that
 * fails, and closes with one line that adds up all tests: `N passed, N failed`.
 */

/** The closing line of `deno test` (`ok | 12 passed | 0 failed`), and ours (`12 passed, 0 failed`). */
const TOTALS = /(\d+) passed(?: \(\d+ steps?\))?\s*[|,]\s*(\d+) failed/g;

let passed = 0;
let failed = 0;
let broken: string | undefined;

for (const target of Deno.args) {
  console.log(`== make ${target}`);
  const child = new Deno.Command("make", {
    args: ["--no-print-directory", target],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const text = await show(child.stdout);
  for (const [, good, bad] of text.matchAll(TOTALS)) {
    passed += Number(good);
    failed += Number(bad);
  }
  if ((await child.status).success) continue;
  broken = target;
  break;
}

if (broken !== undefined && failed === 0) failed = 1;
console.log(
  broken === undefined ? `== make ${Deno.args.join(", ")}: all passed` : `== make ${broken} failed`,
);
console.log(`${passed} passed, ${failed} failed`);
Deno.exitCode = broken === undefined && failed === 0 ? 0 : 1;

/** Copies a stream to stdout and returns all of it. */
async function show(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    Deno.stdout.writeSync(bytes);
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}
