import assert from "node:assert/strict";
import {
  globBase,
  isLiteralPath,
  matchPathRule,
  matchSegment,
  normalisePath,
  parsePathRule,
  type PathRule,
  suggestPathLine,
} from "../../src/manifest/path_rule.ts";

function rule(text: string): PathRule {
  const read = parsePathRule(text);
  assert.ok("rule" in read, `${text}: ${"error" in read && read.error}`);
  return read.rule;
}

const MATCHES: [rule: string, path: string, matches: boolean][] = [
  ["/", "/", true],
  ["/", "/a", false],
  ["/a", "/a", true],
  ["/a", "/a/b", false],
  ["/a", "/A", false],
  ["/a/b", "/a", false],
  ["/a/*", "/a/b", true],
  ["/a/*", "/a/.b", true],
  ["/a/*", "/a/b/c", false],
  ["/a/*", "/a", false],
  ["/a/cpu*/f", "/a/cpu/f", true],
  ["/a/cpu*/f", "/a/cpu12/f", true],
  ["/a/cpu*/f", "/a/cpu12/x/f", false],
  ["/a/*.conf", "/a/.conf", true],
  ["/a/?", "/a/b", false],
  ["/a/[b]", "/a/b", false],
  ["/a/[b]", "/a/[b]", true],
  ["/a/**", "/a/b", true],
  ["/a/**", "/a/b/c/d", true],
  ["/a/**", "/a", false],
  ["/a/**", "/ab", false],
  ["/a/**", "/", false],
  ["/**", "/", false],
  ["/**", "/a", true],
  ["/**", "/a/b", true],
  ["/a/**/z", "/a/z", true],
  ["/a/**/z", "/a/b/z", true],
  ["/a/**/z", "/a/b/c/z", true],
  ["/a/**/z", "/a/b/z/c", false],
  ["/a/**/z", "/a/zz", false],
  ["/**/b/**/b", "/b/b", true],
  ["/**/b/**/b", "/b", false],
  ["/**/b/**/b", "/x/b/x/b/x/b", true],
  ["/a/**/**", "/a/b", true],
  ["/a/**/**", "/a", false],
  ["/a/**/*", "/a/b", true],
  ["/a/**/b/*", "/a/b/b/c", true],
  ["/a/**/b/*", "/a/b/b", true],
  ["/a/**/b/c*", "/a/b/b", false],
  // Line ends: only a rule that writes one allows one.
  ["/a/*", "/a/b\nc", false],
  ["/a/*", "/a/b\rc", false],
  ["/a/**", "/a/b\nc", false],
  ["/a/**", "/a/b\nc/d", false],
  ["/a/**/d", "/a/b\nc/d", false],
  ["/a/b\nc", "/a/b\nc", true],
  ["/a/*\n*", "/a/b\nc", true],
  ["/a/*\n*", "/a/b\nc\nd", false],
  // What normalisePath would change is never allowed.
  ["/a/*/c", "/a/../c", false],
  ["/a/**", "/a/../etc/shadow", false],
  ["/a/**", "/a//b", false],
  ["/a/**", "/a/./b", false],
  ["/a/**", "/a/b/", false],
  ["/**", "a", false],
  ["/**", "", false],
  ["/a/*", "/a/b\0", false],
];

Deno.test("matchPathRule() allows the paths that the glob covers", () => {
  for (const [text, path, matches] of MATCHES) {
    assert.equal(
      matchPathRule(rule(text), path),
      matches,
      `${JSON.stringify(text)} with ${JSON.stringify(path)}`,
    );
  }
});

Deno.test("matchPathRule() agrees with a regular expression on every short path", () => {
  const parts = ["a", "b", "ab"];
  const paths = [""].concat(parts).flatMap((x) => [""].concat(parts).map((y) => `/${x}/${y}`))
    .flatMap((xy) => [""].concat(parts).map((z) => `${xy}/${z}`))
    .map((path) => path.replace(/\/+/g, "/").replace(/(.)\/$/, "$1"));
  const rules = ["a", "*", "a*", "**"];
  for (const x of rules) {
    for (const y of rules) {
      for (const z of rules) {
        const text = `/${x}/${y}/${z}`;
        // Before the last part `**` is any number of "name/", at the end at least one name.
        const source = [x, y, z].map((part, i) =>
          part !== "**"
            ? part.replace("*", "[^/]*") + (i < 2 ? "/" : "")
            : i < 2
            ? "(?:[^/]+/)*"
            : "[^/]+(?:/[^/]+)*"
        ).join("");
        const expected = new RegExp(`^/${source}$`);
        for (const path of new Set(paths)) {
          const nothingForStar = /\/$/.test(path);
          if (nothingForStar) continue;
          assert.equal(matchPathRule(rule(text), path), expected.test(path), `${text} with ${path}`);
        }
      }
    }
  }
});

Deno.test("matchPathRule() takes hostile paths in a short time", () => {
  const started = performance.now();
  const deep = rule(`${"/**/a".repeat(100)}/b`);
  assert.equal(matchPathRule(deep, "/a".repeat(2000)), false);
  assert.equal(matchPathRule(rule(`/${"*a".repeat(500)}*b`), `/${"a".repeat(4000)}`), false);
  assert.ok(performance.now() - started < 1000);
});

Deno.test("parsePathRule() says what is wrong with a rule and at which character", () => {
  const bad: [text: string, column: number, error: RegExp][] = [
    ["", 1, /empty/],
    ["a/b", 1, /absolute/],
    ["~/b", 1, /absolute/],
    ["//", 2, /\/\//],
    ["/a//b", 4, /\/\//],
    ["/a/./b", 4, /\.\//],
    ["/a/../b", 4, /\.\./],
    ["/..", 2, /\.\./],
    ["/a/", 3, /ends in/],
    ["/a/b**", 4, /alone/],
    ["/a/***", 4, /alone/],
    ["/a\0", 3, /NUL/],
    [`/${"a".repeat(4095)}`, 1, /too long/],
  ];
  for (const [text, column, error] of bad) {
    const read = parsePathRule(text);
    assert.ok("error" in read, text);
    assert.match(read.error, error, text);
    assert.equal(read.column, column, text);
  }
});

Deno.test("normalisePath() gives the one way to write a path and refuses what it cannot", () => {
  const good: [path: string, normal: string][] = [
    ["/", "/"],
    ["//", "/"],
    ["/.", "/"],
    ["/a", "/a"],
    ["/a/", "/a"],
    ["//a///b//", "/a/b"],
    ["/./a/./b/.", "/a/b"],
    ["/a/...", "/a/..."],
    ["/a/..b", "/a/..b"],
    ["/a\nb", "/a\nb"],
    ["/a b/ ", "/a b/ "],
  ];
  for (const [path, normal] of good) assert.deepEqual(normalisePath(path), { path: normal }, path);
  for (const path of ["", "a", "./a", "../a", "/..", "/a/..", "/a/../b", "/a\0b", `/${"a/".repeat(3000)}`]) {
    assert.ok("error" in normalisePath(path), JSON.stringify(path));
  }
});

Deno.test("globBase(), isLiteralPath() and matchSegment() serve a walk part by part", () => {
  assert.equal(globBase(rule("/sys/cpu*/x")), "/sys");
  assert.equal(globBase(rule("/**")), "/");
  assert.equal(globBase(rule("/a/b")), "/a/b");
  assert.equal(globBase(rule("/")), "/");
  assert.equal(isLiteralPath(rule("/a/b")), true);
  assert.equal(isLiteralPath(rule("/a/b*")), false);
  assert.equal(isLiteralPath(rule("/a/**")), false);
  const [, cpu = "**"] = rule("/a/cpu*").segments;
  assert.equal(matchSegment(cpu, "cpu0"), true);
  assert.equal(matchSegment(cpu, "cp"), false);
  assert.equal(matchSegment(cpu, "cpu\n"), false);
  assert.equal(matchSegment("**", "x"), true);
  assert.equal(matchSegment("**", "x\n"), false);
});

Deno.test("suggestPathLine() quotes for YAML where it has to", () => {
  assert.equal(suggestPathLine("/a/b"), "- /a/b");
  assert.equal(suggestPathLine("/a b: c"), '- "/a b: c"');
  assert.equal(suggestPathLine("/a\nb"), '- "/a\\nb"');
});
