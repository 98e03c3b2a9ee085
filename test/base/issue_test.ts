import assert from "node:assert/strict";
import { formatIssue } from "../../src/base/issue.ts";
import { oneLine } from "../../src/base/one_line.ts";

const issue = { severity: "error" as const, file: "/etc/x.js", line: 3, column: 7, message: "it is wrong" };

Deno.test("formatIssue() writes what compilers write", () => {
  assert.equal(formatIssue(issue), "/etc/x.js:3:7: it is wrong");
  assert.equal(formatIssue({ ...issue, hint: "change it" }), "/etc/x.js:3:7: it is wrong (change it)");
  assert.equal(formatIssue({ ...issue, column: 0 }), "/etc/x.js:3: it is wrong");
  assert.equal(formatIssue({ ...issue, line: 0, column: 0 }), "/etc/x.js: it is wrong");
});

Deno.test("formatIssue() stays on one line whatever the file and the message hold", () => {
  assert.equal(
    formatIssue({ ...issue, file: "a\nb", message: "c\r\nd", hint: "\u001b[31m" }),
    "a\\nb:3:7: c\\r\\nd (\\u001b[31m)",
  );
});

Deno.test("oneLine() shows every character that could break or forge a line", () => {
  assert.equal(oneLine("a\tb"), "a\\tb");
  assert.equal(oneLine("\u0000\u007f\u0085\u009b\u2028\u2029"), "\\u0000\\u007f\\u0085\\u009b\\u2028\\u2029");
  assert.equal(oneLine("é 日本 🖥 \\n"), "é 日本 🖥 \\n");
});
