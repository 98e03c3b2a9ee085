import { deepEqual } from "node:assert/strict";
import { leftOutName, leftOutReport } from "../../build/left_out.ts";

Deno.test("leftOutName() knows a test that was left out by its line", () => {
  const lines = ["a test (needs Debian's zsh) ... ignored (0ms)", "a test ... ok (3ms)", "ignored (0ms)"];
  deepEqual(lines.map(leftOutName), ["a test (needs Debian's zsh)", undefined, undefined]);
});

Deno.test("leftOutReport() names each test once, and all packages that are missing", () => {
  const names = ["one (needs root and Debian's zsh and tmux)", "two (needs Debian's fish, tmux)", "three"];
  deepEqual(leftOutReport(names), [
    "left out: 3 tests",
    ...names.map((name) => `  ${name}`),
    "to run them: apt-get install fish tmux zsh",
    "tests listed without a package need root, namespaces of their own, or x86-64",
  ]);
  deepEqual(leftOutReport(names.slice(1, 2)).at(-1), "to run them: apt-get install fish tmux");
  deepEqual(leftOutReport([]), []);
});
