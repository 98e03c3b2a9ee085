import assert from "node:assert/strict";
import { Host } from "./support.ts";

type Fate = "abort" | "ignore" | "always ignore";

/** What a failed handler does, by docs/operations.md. */
const TABLE: [driver: string, operation: string, fate: Fate][] = [
  ...["qemu", "lxc", "libxl", "bhyve"].flatMap((driver): [string, string, Fate][] => [
    [driver, "prepare", "abort"],
    [driver, "start", "abort"],
    [driver, "started", "ignore"],
    [driver, "stopped", "always ignore"],
    [driver, "release", "always ignore"],
  ]),
  ["qemu", "migrate", "abort"],
  ["libxl", "migrate", "abort"],
  ["qemu", "restore", "ignore"],
  ["qemu", "reconnect", "always ignore"],
  ["lxc", "reconnect", "always ignore"],
  ["libxl", "reconnect", "always ignore"],
  ["qemu", "attach", "always ignore"],
  ["network", "start", "abort"],
  ["network", "started", "ignore"],
  ["network", "updated", "ignore"],
  ["network", "port-created", "abort"],
  ["network", "port-deleted", "always ignore"],
  ["network", "stopped", "always ignore"],
  ["daemon", "start", "always ignore"],
  ["daemon", "shutdown", "always ignore"],
  ["daemon", "reload", "always ignore"],
];

async function assertVerdict(host: Host, driver: string, operation: string, expected: "abort" | "ignore") {
  const ended = await host.hook([driver, "v1", operation, "begin", "-"]);
  const line = `hookvisor: v1: ${operation} refused by 10-no: not today\n`;
  assert.deepEqual(
    [ended.code, ended.stdout, ended.stderr],
    expected === "abort" ? [1, "", line] : [0, "", ""],
    `${driver}/${operation}`,
  );
  const record = host.record();
  assert.equal(record.verdict, expected, `${driver}/${operation}`);
  assert.deepEqual(record.handlers.map((h) => [h.outcome, h.onFailure, h.message]), [[
    "fail",
    expected,
    "not today",
  ]]);
}

Deno.test("a failed handler does to each operation what libvirt makes of it best", async () => {
  using host = new Host();
  host.handler("10-no", `on: ["*/*"]`, `host.fail("not today")`);
  for (const [driver, operation, fate] of TABLE) {
    await assertVerdict(host, driver, operation, fate === "abort" ? "abort" : "ignore");
  }
});

Deno.test("a manifest may turn abort into ignore and back, but only where a failure does not only harm", async () => {
  for (const onFailure of ["ignore", "abort"] as const) {
    using host = new Host();
    for (const [driver, operation, fate] of TABLE) {
      if (fate === "always ignore") continue;
      host.handler(
        "10-no",
        `on: [${driver}/${operation}]\nonFailure: ${onFailure}`,
        `host.fail("not today")`,
      );
      await assertVerdict(host, driver, operation, onFailure);
    }
  }
});

Deno.test("a manifest that wants abort where it does only harm is refused, and the operation goes on", async () => {
  using host = new Host();
  for (const [driver, operation, fate] of TABLE) {
    if (fate !== "always ignore") continue;
    host.handler("10-no", `on: [${driver}/${operation}]\nonFailure: abort`, `host.fail("not today")`);
    const ended = await host.hook([driver, "v1", operation, "begin", "-"]);
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "", ""], `${driver}/${operation}`);
    const [entry] = host.record().handlers;
    assert.equal(entry?.outcome, "broken");
    assert.match(entry?.message ?? "", /10-no\.js:3:\d+: .*abort/);
  }
});

Deno.test("config.yaml changes verdicts per operation, and a manifest has the last word", async () => {
  using host = new Host();
  host.file(
    "config.yaml",
    "onFailure:\n  qemu/prepare: ignore\n  '*/started': abort\n  qemu/restore: abort\n",
  );
  host.handler("10-no", `on: ["*/*"]`, `host.fail("not today")`);
  await assertVerdict(host, "qemu", "prepare", "ignore");
  await assertVerdict(host, "lxc", "prepare", "abort");
  await assertVerdict(host, "qemu", "started", "abort");
  await assertVerdict(host, "network", "started", "abort");
  await assertVerdict(host, "qemu", "restore", "abort");
  host.handler("10-no", `on: ["*/*"]\nonFailure: ignore`, `host.fail("not today")`);
  await assertVerdict(host, "qemu", "started", "ignore");
  await assertVerdict(host, "lxc", "prepare", "ignore");
});

Deno.test("config.yaml cannot make reconnect kill a running guest", async () => {
  using host = new Host();
  host.file("config.yaml", "onFailure:\n  '*/*': abort\n");
  host.handler("10-no", `on: ["*/*"]`, `host.fail("not today")`);
  for (const [driver, operation, fate] of TABLE) {
    await assertVerdict(host, driver, operation, fate === "always ignore" ? "ignore" : "abort");
  }
});

Deno.test("each way to fail has its cause and says where", async () => {
  using host = new Host();
  const table: [body: string, cause: string, message: RegExp, at?: RegExp][] = [
    [`host.fail("my reason")`, "fail", /^my reason$/],
    [`host.fail("")`, "fail", /^no reason given$/],
    [`try { host.fail("kept") } catch {}`, "fail", /^kept$/],
    [`throw new Error("plain")`, "error", /^plain$/, /10-a\.js:6:\d+$/],
    [`\n\nnull.x`, "error", /^TypeError: cannot read property 'x' of null$/, /10-a\.js:8:\d+$/],
    [`throw "text"`, "error", /^text$/],
    [`throw { odd: 1 }`, "error", /^\{"odd":1\}$/],
    [`throw undefined`, "error", /./],
    [
      `await host.exec("id")`,
      "error",
      /exec id is not allowed.*add to allow\.exec in 10-a: - id/,
      /10-a\.js:6:\d+$/,
    ],
    [`host.exec("id"); await 1`, "error", /^host\.exec was not awaited and failed: /],
    [`await new Promise(() => {})`, "error", /waits for a promise that nothing can settle/],
    [`host.nothing()`, "error", /not a function/],
    [
      `await host.fs.read("/etc/hostname")`,
      "error",
      /reading \/etc\/hostname is not allowed; add to allow\.read in 10-a: /,
    ],
  ];
  for (const [body, cause, message, at] of table) {
    host.handler("10-a", "on: [qemu/start]\n# line 3", body);
    const ended = await host.hook(["qemu", "v1", "start", "begin", "-"]);
    const [entry] = host.record().handlers;
    assert.equal(entry?.outcome, cause, body);
    assert.match(entry?.message ?? "", message, body);
    if (at !== undefined) assert.match(entry?.at ?? "", at, body);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^hookvisor: v1: start refused by 10-a: [^\n]+\n$/);
  }
});

Deno.test("an import is refused with a word on why", async () => {
  using host = new Host();
  host.file(
    "handlers/10-a.js",
    "// ---\n// on: [qemu/start]\n// ---\nimport fs from 'node:fs';\nexport default () => {};\n",
  );
  const ended = await host.hook(["qemu", "v1", "start", "begin", "-"]);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /single file and cannot import/);
});

Deno.test("a handler without a default function is refused", async () => {
  using host = new Host();
  for (const code of ["", "export default 1;", "export const a = 1;", "export function handler() {}"]) {
    host.file("handlers/10-a.js", `// ---\n// on: [qemu/start]\n// ---\n${code}\n`);
    const ended = await host.hook(["qemu", "v1", "start", "begin", "-"]);
    assert.equal(ended.code, 1, code);
    assert.match(ended.stderr, /no default export that is a function/);
  }
});

Deno.test("a syntax error names file, line and column", async () => {
  using host = new Host();
  host.handler("10-a", "on: [qemu/start]", "let 1x;");
  const ended = await host.hook(["qemu", "v1", "start", "begin", "-"]);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /SyntaxError: .*10-a\.js:5:\d+\)\n$/);
});

Deno.test("a failed call whose error the handler catches is no failure of the handler", async () => {
  using host = new Host();
  const allow = "on: [qemu/start]\nallow: {exec: ['false', 'true'], read: [/nonexistent]}";
  for (
    const body of [
      `try { await host.exec("false"); host.fail("1"); } catch {}`,
      `await host.exec("false").catch(() => {});`,
      `await Promise.allSettled([host.exec("false"), host.exec("true"), host.fs.read("/nonexistent"), host.exec("id")]);`,
      `const late = host.exec("false"); await host.exec("true"); await host.sleep(20); await late.catch(() => {});`,
      `host.exec("false").then(() => {}, () => {});`,
      `const { code } = await host.exec("false", [], { check: false }); if (code !== 1) host.fail("2");`,
    ]
  ) {
    host.handler("10-a", allow, body);
    const ended = await host.hook(["qemu", "v1", "start", "begin", "-"]);
    assert.deepEqual([ended.code, ended.stderr], [0, ""], body);
  }
});

Deno.test("a failed call that nobody looked at is a failure of the handler", async () => {
  using host = new Host();
  host.handler(
    "10-a",
    "on: [qemu/start]\nallow: {exec: ['false', 'true']}",
    `host.exec("false"); await host.exec("true");`,
  );
  const ended = await host.hook(["qemu", "v1", "start", "begin", "-"]);
  assert.equal(ended.code, 1);
  assert.match(
    ended.stderr,
    /host\.exec was not awaited and failed: false exited with 1 \(.*10-a\.js:6:\d+\)\n$/,
  );
});
