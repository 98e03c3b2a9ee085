import assert from "node:assert/strict";
import { diff } from "../../../src/protocol/xml/diff.ts";
import { Random } from "./random.ts";

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i}\n`).join("");

Deno.test("diff() of equal texts is empty", () => {
  assert.equal(diff("a\n", "a\n"), "");
  assert.equal(diff("", ""), "");
});

Deno.test("diff() shows a change with its context", () => {
  assert.equal(
    diff(lines(1, 20), lines(1, 20).replace("10\n", "ten\n10b\n")),
    "@@ -7,7 +7,8 @@\n 7\n 8\n 9\n-10\n+ten\n+10b\n 11\n 12\n 13\n",
  );
});

Deno.test("diff() joins changes whose contexts touch and parts those that do not", () => {
  const changed = lines(1, 40).replace("5\n", "five\n").replace("\n10\n", "\n").replace(
    "\n30\n",
    "\n30\nnew\n",
  );
  assert.equal(
    diff(lines(1, 40), changed),
    "@@ -2,12 +2,11 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n-10\n 11\n 12\n 13\n" +
      "@@ -28,6 +27,7 @@\n 28\n 29\n 30\n+new\n 31\n 32\n 33\n",
  );
});

Deno.test("diff() shows texts that begin or end", () => {
  assert.equal(diff("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
  assert.equal(diff("a\n", ""), "@@ -1,1 +0,0 @@\n-a\n");
});

Deno.test("diff() tells a last line without line end", () => {
  assert.equal(
    diff("a\nb", "a\nc"),
    "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n",
  );
});

Deno.test("diff() cuts long lines and long outputs", () => {
  assert.match(diff("a".repeat(2_000), "b"), /^-a{500}\.\.\. \(2000 characters\)$/m);
  const long = diff("", lines(1, 10_000), { maxLength: 100 });
  assert.ok(long.length < 150);
  assert.match(long, /\.\.\. \(99\d\d more lines\)\n$/);
});

Deno.test("diff() of very different large texts stays bounded", () => {
  const start = performance.now();
  const text = diff(lines(1, 100_000), lines(200_000, 300_000));
  assert.ok(text.length < 70_000);
  assert.ok(performance.now() - start < 60_000);
});

Deno.test("patch(1) would take the output: every kept and removed line is the old text's", () => {
  const before = lines(1, 60);
  for (let seed = 0; seed < 50; seed++) {
    const after = before.split("\n").filter((_, i) => (i * 7 + seed) % 11 !== 0).map((l, i) =>
      (i + seed) % 13 === 0 ? `${l}!` : l
    )
      .join("\n");
    assert.equal(patched(before, diff(before, after)), after);
  }
});

Deno.test("diff() of edits anywhere, in lines that are alike, is what patch(1) would take", () => {
  const random = new Random(11);
  const text = () =>
    Array.from({ length: random.below(30) }, () => random.pick(["a\n", "b\n", "\n", "c d\n", "é"])).join("");
  for (let i = 0; i < 3_000; i++) {
    const before = text();
    const [from, to] = [random.below(before.length + 1), random.below(before.length + 1)].sort((a, b) =>
      a - b
    );
    const after = before.slice(0, from) + random.pick(["", "a", "a\n", "\n\n", text()]) + before.slice(to);
    const context = random.below(4);
    if (before === after) continue;
    assert.equal(patched(before, diff(before, after, { context })), after, JSON.stringify([before, after]));
  }
});

Deno.test("diff() of a small edit in millions of lines takes apart only what is around it", () => {
  const before = `${"\n".repeat(8_000_000)}x\n${"\n".repeat(8_000_000)}`;
  assert.equal(
    diff(before, before.replace("x", "y")),
    "@@ -7999998,7 +7999998,7 @@\n \n \n \n-x\n+y\n \n \n \n",
  );
});

Deno.test("diff() of texts that are large and different shows their beginnings and says so", () => {
  const text = diff("a\n".repeat(4_000_000), "b\n".repeat(4_000_000), { maxLength: 2_000_000 });
  assert.match(text, /^@@ [^\n]+ @@\n-a\n/);
  assert.match(text, /\n\.\.\. \(14951424 more characters differ\)\n$/);
});

/** The old text with the diff's hunks applied. */
function patched(before: string, hunks: string): string {
  const old = before.split(/(?<=\n)/);
  const out: string[] = [];
  let at = 0;
  for (
    const line of hunks.replaceAll("\n\\ No newline at end of file\n", "\u2400").split(/(?<=[\n\u2400])/)
  ) {
    const header = /^@@ -(\d+),(\d+) /.exec(line);
    const text = line.slice(1).replace("\u2400", "");
    if (header !== null) {
      const start = Number(header[1]) - (header[2] === "0" ? 0 : 1);
      while (at < start) out.push(old[at++]!);
    } else if (line.startsWith("+")) out.push(text);
    else {
      assert.equal(old[at], text);
      if (line.startsWith(" ")) out.push(text);
      at++;
    }
  }
  while (at < old.length) out.push(old[at++]!);
  return out.join("");
}
