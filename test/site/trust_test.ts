import assert from "node:assert/strict";
import { trustIssue } from "../../src/site/trust.ts";
import type { FileStat } from "../../src/system/file_reader.ts";

function step(path: string, mode: number, more: Partial<FileStat> = {}): FileStat {
  const kind = path.endsWith(".js") ? "isFile" : "isDirectory";
  return {
    path,
    uid: 0,
    gid: 0,
    mode,
    isDirectory: false,
    isSymlink: false,
    isFile: false,
    [kind]: true,
    ...more,
  };
}

const link = (path: string, more: Partial<FileStat> = {}) =>
  step(path, 0o777, { isSymlink: true, isFile: false, isDirectory: false, ...more });

const FILE = "/e/h/a.js";
const root = step("/", 0o755);
const e = step("/e", 0o755);
const h = step("/e/h", 0o755);
const js = step(FILE, 0o644);

Deno.test("trustIssue() trusts what root alone can write", () => {
  const table: [what: string, chain: FileStat[], uid: number][] = [
    ["all of root's", [root, e, h, js], 0],
    ["private", [root, e, step("/e/h", 0o700), step(FILE, 0o600)], 0],
    ["executable and set-id", [root, e, h, step(FILE, 0o4755)], 0],
    [
      "a user's own, for that user",
      [root, e, step("/e/h", 0o755, { uid: 7 }), step(FILE, 0o644, { uid: 7 })],
      7,
    ],
    ["root's, for a user", [root, e, h, js], 7],
    ["root's directory in /tmp", [
      root,
      step("/tmp", 0o1777),
      step("/tmp/h", 0o755),
      step("/tmp/h/a.js", 0o644),
    ], 0],
    ["root's file in /tmp", [root, step("/tmp", 0o1777), step("/tmp/a.js", 0o644)], 0],
    ["a sticky directory of a group", [root, step("/tmp", 0o1775, { gid: 5 }), step("/tmp/a.js", 0o644)], 0],
    ["a link of root's", [root, e, h, link(FILE), root, step("/o", 0o755), step("/o/a.js", 0o644)], 0],
    ["a link in a sticky directory", [
      root,
      step("/tmp", 0o1777),
      link("/tmp/a.js"),
      root,
      e,
      step("/e/a.js", 0o644),
    ], 0],
  ];
  for (const [what, chain, uid] of table) assert.equal(trustIssue(FILE, chain, uid), undefined, what);
});

Deno.test("trustIssue() names the first step that somebody else could change, and the remedy", () => {
  const mine = { uid: 1000 };
  const table: [chain: FileStat[], uid: number, message: string, hint: string][] = [
    [
      [root, e, h, step(FILE, 0o644, mine)],
      0,
      `${FILE} is owned by user 1000, not by root`,
      `chown root ${FILE}`,
    ],
    [
      [root, e, h, step(FILE, 0o644, mine)],
      7,
      `${FILE} is owned by user 1000, not by root or user 7`,
      `chown root ${FILE}`,
    ],
    [[root, e, h, step(FILE, 0o664)], 0, `${FILE} can be written by group 0`, `chmod go-w ${FILE}`],
    [
      [root, e, h, step(FILE, 0o664, { gid: 7 })],
      0,
      `${FILE} can be written by group 7`,
      `chmod go-w ${FILE}`,
    ],
    [[root, e, h, step(FILE, 0o646)], 0, `${FILE} can be written by everyone`, `chmod go-w ${FILE}`],
    [[root, e, h, step(FILE, 0o1666)], 0, `${FILE} can be written by everyone`, `chmod go-w ${FILE}`],
    [[root, e, step("/e/h", 0o775), js], 0, "/e/h can be written by group 0", "chmod go-w /e/h"],
    [[root, step("/e", 0o755, mine), h, js], 0, "/e is owned by user 1000, not by root", "chown root /e"],
    [[step("/", 0o777), e, h, js], 0, "/ can be written by everyone", "chmod go-w /"],
    [
      [root, step("/tmp", 0o777), step("/tmp/a.js", 0o644)],
      0,
      "/tmp can be written by everyone",
      "chmod go-w /tmp",
    ],
    [
      [root, step("/tmp", 0o1777), step("/tmp/h", 0o755, mine), step("/tmp/h/a.js", 0o644)],
      0,
      "/tmp/h is owned by user 1000, not by root",
      "chown root /tmp/h",
    ],
    [
      [root, e, h, link(FILE, mine), root, e, step("/e/b.js", 0o644)],
      0,
      `${FILE} is owned by user 1000, not by root`,
      `chown root ${FILE}`,
    ],
    [
      [root, e, h, link(FILE), root, step("/o", 0o777), step("/o/a.js", 0o644)],
      0,
      "/o can be written by everyone",
      "chmod go-w /o",
    ],
    [[root, step("/tmp", 0o1777), root, e, js], 0, "/tmp can be written by everyone", "chmod go-w /tmp"],
    [[root, e, h], 0, "/e/h is not a regular file", "replace it"],
    [[root, e, h, step(FILE, 0o644, { isFile: false })], 0, `${FILE} is not a regular file`, "replace it"],
    [[], 0, "its owner is unknown", "check it with ls -l"],
  ];
  for (const [chain, uid, message, hint] of table) {
    const issue = trustIssue(FILE, chain, uid);
    assert.deepEqual(issue, { severity: "error", file: FILE, line: 0, column: 0, message, hint });
  }
});

Deno.test("trustIssue() checks a directory by itself, which a sticky bit does not make safe", () => {
  assert.equal(trustIssue("/e/h", [root, e, h], 0, "directory"), undefined);
  assert.match(trustIssue("/e/h", [root, e, js], 0, "directory")?.message ?? "", /not a directory/);
  assert.match(trustIssue("/tmp", [root, step("/tmp", 0o1777)], 0, "directory")?.message ?? "", /everyone/);
});
