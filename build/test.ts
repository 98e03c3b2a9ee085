/**
 * What `make test` runs: `test.ts FILE… -- FILE…` runs the files before `--`, then those behind it, whatever
 * the result of the first, and at the end reports which tests were left out and which packages they need.
 */

import { leftOutName, leftOutReport } from "./left_out.ts";

const split = Deno.args.indexOf("--");
const groups = split < 0 ? [Deno.args] : [Deno.args.slice(0, split), Deno.args.slice(split + 1)];
const leftOut: string[] = [];
let success = true;
for (const files of groups) success = await test(files) && success;
for (const line of leftOutReport(leftOut)) console.log(line);
Deno.exitCode = success ? 0 : 1;

/** Runs test files one after the other; passes on their output, and returns whether all passed. */
async function test(files: string[]): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--cached-only", "--no-check", ...files],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of child.stdout) {
    Deno.stdout.writeSync(bytes);
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const name = leftOutName(line);
      if (name !== undefined) leftOut.push(name);
    }
  }
  return (await child.status).success;
}
