import assert from "node:assert/strict";
import { extractFrontMatter } from "../../src/manifest/front_matter.ts";

function front(source: string) {
  const read = extractFrontMatter("h.js", source);
  assert.ok("frontMatter" in read, JSON.stringify(read));
  return read.frontMatter;
}

function issue(source: string) {
  const read = extractFrontMatter("h.js", source);
  assert.ok("issue" in read, JSON.stringify(read));
  return read.issue;
}

Deno.test("extractFrontMatter() gives the YAML and how many lines come before it", () => {
  assert.deepEqual(front("// ---\n// on: [a]\n// ---\ncode()\n"), { yaml: "on: [a]\n", lineOffset: 1 });
  assert.deepEqual(front("\n \n// ---  \n//\n// x: 1\n//\n//   y\n// ---"), {
    yaml: "\nx: 1\n\n  y\n",
    lineOffset: 3,
  });
  assert.equal(front("\uFEFF// ---\n// x: 1\n// ---").yaml, "x: 1\n");
  assert.equal(front("\uFEFF\n// ---\n// x: 1\n// ---").yaml, "x: 1\n");
  assert.equal(front("// ---\r\n// x: 1\r\n//\r\n// ---\r\n").yaml, "x: 1\n\n");
  assert.equal(front("// ---\n// ---").yaml, "");
  assert.equal(front("// ---\n//   ---\n//  // ---\n// ---\n").yaml, "  ---\n // ---\n");
});

Deno.test("extractFrontMatter() takes the paths that end a block comment", () => {
  const { yaml } = front("// ---\n// write: [/sys/cpu*/gov]\n// exec: [a ---*/ b]\n// ---\ncode()");
  assert.equal(yaml, "write: [/sys/cpu*/gov]\nexec: [a ---*/ b]\n");
});

Deno.test("extractFrontMatter() says where a manifest is missing, not closed, or not quite in comments", () => {
  const table: [source: string, place: [line: number, column: number], message: RegExp][] = [
    ["", [1, 1], /no manifest/],
    ["export default () => {}", [1, 1], /no manifest/],
    ["\n\n// a\n// ---\n// a: 1\n// ---", [3, 1], /no manifest/],
    ["/* a */\n// ---\n// a: 1\n// ---", [1, 1], /no manifest/],
    ["#!/usr/bin/env hookvisor\n// ---\n// ---", [1, 1], /#!/],
    ["\uFEFF#!/usr/bin/env hookvisor\n// ---\n// ---", [1, 1], /#!/],
    ["/*---\na: 1\n---*/", [1, 1], /line comments, not \/\*---/],
    ["\n/*--- a: 1 ---*/", [2, 1], /line comments/],
    ["// --- a: 1", [1, 1], /line after/],
    ["//---\n// a: 1\n//---\n", [1, 1], /resembles the start of the manifest/],
    [" // ---\n// a: 1\n// ---\n", [1, 1], /resembles the start of the manifest/],
    ["\n// ---\n// a: 1\n", [2, 1], /never closed/],
    ["// ---\n// a: 1", [1, 1], /never closed/],
    ["// ---\n// a: 1\n//---\n", [3, 1], /resembles the end of the manifest/],
    ["// ---\n// a: 1\n  // ---\n", [3, 1], /resembles the end of the manifest/],
    ["// ---\n// a: 1\n\n// b: 1\n// ---", [3, 1], /not closed before this line/],
    ["// ---\n// a: 1\nexport default () => {}\n", [3, 1], /not closed before this line/],
    ["// ---\n// a: 1\n//b: 1\n// ---", [3, 3], /and a space/],
    ["// ---\n//\ta: 1\n// ---", [2, 3], /and a space/],
    [`// ---\n${"// # x\n".repeat(20_000)}// ---`, [1, 1], /longer than 65536/],
    [`// ---\n${"// # x\n".repeat(20_000)}`, [1, 1], /longer than 65536/],
  ];
  for (const [source, [line, column], message] of table) {
    const found = issue(source);
    assert.deepEqual([found.line, found.column], [line, column], source.slice(0, 40));
    assert.match(found.message, message);
    assert.ok(found.hint);
  }
});

Deno.test("extractFrontMatter() takes no time over a megabyte of white space", () => {
  const started = performance.now();
  issue(" ".repeat(1_000_000));
  issue("\n".repeat(1_000_000));
  assert.ok(performance.now() - started < 500);
});
