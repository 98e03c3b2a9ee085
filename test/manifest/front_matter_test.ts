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
  assert.deepEqual(front("/*---\non: [a]\n---*/\ncode()\n"), {
    yaml: "on: [a]\n",
    lineOffset: 1,
    code: "\n\n\ncode()\n",
  });
  assert.equal(front("\n\n /*---  \nx: 1\n  ---*/").lineOffset, 3);
  assert.equal(front("\uFEFF/*---\nx: 1\n---*/").yaml, "x: 1\n");
  assert.equal(front("/*---\r\nx: 1\r\n---*/\r\n").yaml, "x: 1\r\n");
  assert.equal(front("/*---\n---*/").yaml, "");
});

Deno.test("extractFrontMatter() leaves the code in its lines", () => {
  for (
    const source of [
      "/*---\na: 1\nb: 2\n---*/\nhere",
      "\n/*---\r\na: 1\r\n---*/\r\n\r\nhere",
      "/*---\n---*/here",
    ]
  ) {
    const lineOf = (text: string) => text.slice(0, text.indexOf("here")).split("\n").length;
    assert.equal(lineOf(front(source).code), lineOf(source), source);
  }
});

Deno.test("extractFrontMatter() takes a manifest that holds what ends a comment of JavaScript", () => {
  const { yaml, code } = front("/*---\nwrite: [/sys/cpu*/gov]\nexec: [a ---*/ b]\n---*/\ncode()");
  assert.equal(yaml, "write: [/sys/cpu*/gov]\nexec: [a ---*/ b]\n");
  assert.equal(code, "\n\n\n\ncode()");
});

Deno.test("extractFrontMatter() says where a manifest is missing or not closed", () => {
  const table: [source: string, line: number, message: RegExp][] = [
    ["", 1, /no manifest/],
    ["export default () => {}", 1, /no manifest/],
    ["\n\n// a\n/*---\na: 1\n---*/", 3, /no manifest/],
    ["/* a */\n/*---\na: 1\n---*/", 1, /no manifest/],
    ["#!/usr/bin/env hookvisor\n/*---\n---*/", 1, /#!/],
    ["/*--- a: 1 ---*/", 1, /line after/],
    ["\n/*---\na: 1\n", 2, /never closed/],
    ["/*---\na: 1\n*/\n", 1, /never closed/],
    [`/*---\n${"# x\n".repeat(20_000)}---*/`, 1, /longer than 65536/],
  ];
  for (const [source, line, message] of table) {
    const found = issue(source);
    assert.equal(found.line, line, source.slice(0, 40));
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
