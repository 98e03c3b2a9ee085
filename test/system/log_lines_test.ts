import assert from "node:assert/strict";
import { LineLog } from "../../src/system/log_lines.ts";

function inFolder<T>(work: (log: string) => T): T {
  const folder = Deno.makeTempDirSync();
  const log = `${folder}/events.jsonl`;
  const clean = () => Deno.removeSync(folder, { recursive: true });
  const result = work(log);
  if (result instanceof Promise) return result.finally(clean) as T;
  clean();
  return result;
}

const backward = (log: string) => {
  using lines = new LineLog(log);
  return [...lines.backward()];
};

const forward = (log: string) => {
  using lines = new LineLog(log);
  return [...lines.forward()];
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("backward() gives the lines of all files, the newest first; forward() the other way", () => {
  inFolder((log) => {
    Deno.writeTextFileSync(`${log}.2`, "1\n2\n");
    Deno.writeTextFileSync(`${log}.1`, "3\n\n4\n");
    Deno.writeTextFileSync(log, "5\n6 without an end");
    assert.deepEqual(backward(log), ["6 without an end", "5", "4", "3", "2", "1"]);
    assert.deepEqual(forward(log), ["1", "2", "3", "4", "5", "6 without an end"]);
  });
});

Deno.test("backward() and forward() agree on lines of any length, across every block's border", () => {
  inFolder((log) => {
    const lines = Array.from({ length: 400 }, (_, i) => `${i} ${"é😀x".repeat((i * 7919) % 4000)}`);
    lines.push("y".repeat(700_000), "last");
    Deno.writeTextFileSync(log, lines.join("\n") + "\n");
    assert.deepEqual(forward(log), lines);
    assert.deepEqual(backward(log).reverse(), lines);
  });
});

Deno.test("backward() of a log that is not there, or is empty, gives nothing", () => {
  inFolder((log) => {
    assert.deepEqual(backward(log), []);
    Deno.writeTextFileSync(log, "");
    assert.deepEqual(backward(log), []);
  });
});

Deno.test("what is read is as it was at the opening, when the log is set aside and added to meanwhile", async () => {
  await inFolder(async (log) => {
    Deno.writeTextFileSync(`${log}.1`, "1\n");
    Deno.writeTextFileSync(log, "2\n3\n");
    using lines = new LineLog(log);
    Deno.writeTextFileSync(log, "4\n", { append: true });
    Deno.renameSync(`${log}.1`, `${log}.2`);
    Deno.renameSync(log, `${log}.1`);
    Deno.writeTextFileSync(log, "5\n");
    assert.equal(lines.size, 6);
    assert.deepEqual([...lines.backward()], ["3", "2", "1"]);
    assert.deepEqual([...lines.forward()], ["1", "2", "3"]);
    const later: string[] = [];
    await lines.follow((line) => (later.push(line), line !== "5"));
    assert.deepEqual(later, ["4", "5"]);
  });
});

Deno.test("follow() loses no line while the log is set aside, and waits for one that is not there", async () => {
  await inFolder(async (log) => {
    const seen: string[] = [];
    using lines = new LineLog(log);
    const done = lines.follow((line) => (seen.push(line), line !== "end"));
    const write = async (text: string) => {
      Deno.writeTextFileSync(log, text, { append: true });
      await pause(30);
    };
    await pause(300);
    await write("1\n2\n3 be");
    await write("gins\n");
    Deno.renameSync(log, `${log}.1`);
    await write("4\nend\n");
    await done;
    assert.deepEqual(seen, ["1", "2", "3 begins", "4", "end"]);
  });
});

Deno.test("follow() sees every file of a log whose oldest are removed, though their inodes are used again", async () => {
  await inFolder(async (log) => {
    const seen: string[] = [];
    using lines = new LineLog(log);
    const done = lines.follow((line) => (seen.push(line), line !== "end"));
    const said = [...Array(8).keys()].map(String);
    for (const text of [...said, "end"]) {
      // As it is set aside: the oldest is removed, and the next made a moment later.
      try {
        Deno.renameSync(log, `${log}.1`);
        Deno.removeSync(`${log}.1`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      Deno.writeTextFileSync(log, `${text}\n`);
      while (seen.at(-1) !== text) await pause(5);
    }
    await done;
    assert.deepEqual(seen, [...said, "end"]);
  });
});
