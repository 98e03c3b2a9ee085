import assert from "node:assert/strict";
import { followLines, linesBackward, linesForward } from "../../src/system/log_lines.ts";

function inFolder<T>(work: (log: string) => T): T {
  const folder = Deno.makeTempDirSync();
  const log = `${folder}/events.jsonl`;
  const clean = () => Deno.removeSync(folder, { recursive: true });
  const result = work(log);
  if (result instanceof Promise) return result.finally(clean) as T;
  clean();
  return result;
}

Deno.test("linesBackward() gives the lines of all files, the newest first; linesForward() the other way", () => {
  inFolder((log) => {
    Deno.writeTextFileSync(`${log}.2`, "1\n2\n");
    Deno.writeTextFileSync(`${log}.1`, "3\n\n4\n");
    Deno.writeTextFileSync(log, "5\n6 without an end");
    assert.deepEqual([...linesBackward(log)], ["6 without an end", "5", "4", "3", "2", "1"]);
    assert.deepEqual([...linesForward(log)], ["1", "2", "3", "4", "5", "6 without an end"]);
  });
});

Deno.test("linesBackward() and linesForward() agree on lines of any length, across every block's border", () => {
  inFolder((log) => {
    const lines = Array.from({ length: 400 }, (_, i) => `${i} ${"é😀x".repeat((i * 7919) % 4000)}`);
    lines.push("y".repeat(700_000), "last");
    Deno.writeTextFileSync(log, lines.join("\n") + "\n");
    assert.deepEqual([...linesForward(log)], lines);
    assert.deepEqual([...linesBackward(log)].reverse(), lines);
  });
});

Deno.test("linesBackward() of a log that is not there, or is empty, gives nothing", () => {
  inFolder((log) => {
    assert.deepEqual([...linesBackward(log)], []);
    Deno.writeTextFileSync(log, "");
    assert.deepEqual([...linesBackward(log)], []);
  });
});

Deno.test("linesBackward() goes on with what it opened when the log is set aside meanwhile", () => {
  inFolder((log) => {
    Deno.writeTextFileSync(`${log}.1`, "1\n");
    Deno.writeTextFileSync(log, "2\n3\n");
    const lines = linesBackward(log);
    assert.equal(lines.next().value, "3");
    Deno.renameSync(`${log}.1`, `${log}.2`);
    Deno.renameSync(log, `${log}.1`);
    Deno.writeTextFileSync(log, "4\n");
    assert.deepEqual([...lines], ["2", "1"]);
  });
});

Deno.test("followLines() loses no line while the log is set aside, and waits for one that is not there", async () => {
  await inFolder(async (log) => {
    const seen: string[] = [];
    const done = followLines(log, (line) => (seen.push(line), line !== "end"));
    const write = async (text: string) => {
      Deno.writeTextFileSync(log, text, { append: true });
      await new Promise((resolve) => setTimeout(resolve, 30));
    };
    await new Promise((resolve) => setTimeout(resolve, 300));
    await write("1\n2\n3 be");
    await write("gins\n");
    Deno.renameSync(log, `${log}.1`);
    await write("4\nend\n");
    await done;
    assert.deepEqual(seen, ["1", "2", "3 begins", "4", "end"]);
  });
});
