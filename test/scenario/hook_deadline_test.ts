import assert from "node:assert/strict";
import { Host } from "./support.ts";

const START = ["qemu", "v1", "start", "begin", "-"];
/** No hang may last longer than its deadline and this, in milliseconds. */
const ALLOWED_MS = 1_000;
const SHELL = `on: [qemu/start]\nallow:\n  exec: ["sh -c *"]`;

interface Hang {
  what: string;
  manifest?: string;
  body: string;
}

const HANGS: Hang[] = [
  { what: "an endless loop", body: "for (;;);" },
  {
    what: "an endless loop in a C built-in",
    body: "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);",
  },
  {
    what: "a flood of microtasks",
    body: "const again = () => Promise.resolve().then(again); await again();",
  },
  { what: "an endless sleep", body: "await host.sleep(1e9);" },
  { what: "a condition that never comes true", body: "await host.waitFor(() => false);" },
  {
    what: "a command that sleeps for ever",
    manifest: SHELL,
    body: `await host.exec("sh", ["-c", "exec sleep 60"]);`,
  },
  {
    what: "a command that ignores SIGTERM",
    manifest: SHELL,
    body: `await host.exec("sh", ["-c", "trap '' TERM; while :; do sleep 1; done"]);`,
  },
  {
    what: "a command that stops itself",
    manifest: SHELL,
    body: `await host.exec("sh", ["-c", "kill -STOP $$"]);`,
  },
  {
    what: "a command that never reads what it is given",
    manifest: SHELL,
    body: `await host.exec("sh", ["-c", "exec sleep 60"], { stdin: "x".repeat(1e6) });`,
  },
  {
    what: "a command that writes for ever",
    manifest: SHELL,
    body: `await host.exec("sh", ["-c", "exec yes"]);`,
  },
];

for (const { what, manifest = "on: [qemu/start]", body } of HANGS) {
  Deno.test(`${what} ends at the handler's deadline`, async () => {
    using host = new Host();
    host.handler("10-a", `${manifest}\ntimeout: 700ms`, body);
    const ended = await host.hook(START);
    assert.equal(ended.code, 1);
    assert.match(
      ended.stderr,
      /^hookvisor: v1: start refused by 10-a: timed out after \d+ ms[^\n]*\n$/,
    );
    assert.equal(host.record().handlers[0]?.outcome, "timeout");
    assert.ok(ended.eofMs < 700 + ALLOWED_MS, `over after ${ended.eofMs} ms`);
    assert.ok(ended.exitMs < 700 + ALLOWED_MS, `gone after ${ended.exitMs} ms`);
  });
}

Deno.test("a promise that nothing can settle ends at once, long before the deadline", async () => {
  using host = new Host();
  host.handler("10-a", "on: [qemu/start]", "await new Promise(() => {});");
  const ended = await host.hook(START);
  assert.equal(ended.code, 1);
  assert.ok(ended.exitMs < 4_000, `${ended.exitMs} ms`);
});

Deno.test("the whole call's deadline counts from the process's start and for all handlers together", async () => {
  using host = new Host();
  host.file("config.yaml", "timeouts: {qemu/started: 1s}\n");
  for (const name of ["10-a", "20-b", "30-c"]) {
    host.handler(name, "on: [qemu/started]", "await host.sleep(600);");
  }
  const ended = await host.hook(["qemu", "v1", "started", "begin", "-"]);
  assert.equal(ended.code, 0);
  assert.ok(ended.exitMs < 1_000 + ALLOWED_MS, `${ended.exitMs} ms`);
  assert.deepEqual(host.record().handlers.map((handler) => [handler.name, handler.outcome]), [
    ["10-a", "success"],
    ["20-b", "timeout"],
    ["30-c", "timeout"],
  ]);
  assert.match(
    host.record().handlers[2]?.message ?? "",
    /^not run: the call's \d+ ms limit had already passed$/,
  );
});

Deno.test("what a command leaves behind does not hold libvirt's stdout and stderr", async () => {
  const leftovers: [what: string, script: string][] = [
    ["a background child", "sleep 30 &"],
    ["a daemon that forked twice", "(setsid sh -c 'sleep 30 & exit' &) ; exit 0"],
    ["a child with all descriptors open", "setsid nohup sleep 30 <&0 >&1 2>&2 & exit 0"],
    [
      "a child that looks for other descriptors",
      "for fd in /proc/self/fd/*; do :; done; sleep 30 3>&1 4>&2 &",
    ],
  ];
  for (const [what, script] of leftovers) {
    using host = new Host();
    host.handler("10-a", SHELL, `await host.exec("sh", ["-c", ${JSON.stringify(script)}]);`);
    const ended = await host.hook(START, { stdin: "<domain/>" });
    assert.deepEqual([ended.code, ended.stderr], [0, ""], what);
    assert.ok(ended.exitMs < 5_000, `${what}: exit after ${ended.exitMs} ms`);
    assert.ok(ended.eofMs < 5_000, `${what}: end of file after ${ended.eofMs} ms`);
  }
});

Deno.test("a command sees three descriptors, none of them libvirt's", async () => {
  using host = new Host();
  host.handler(
    "10-a",
    SHELL,
    `host.log.info((await host.exec("sh", ["-c", "ls -l /proc/self/fd | sed -n 's/.* \\\\([0-9]*\\\\) -> \\\\(.*\\\\)/\\\\1 \\\\2/p'"])).stdout);`,
  );
  await host.hook(START, { stdin: "<domain/>" });
  const said = host.record().handlers[0]?.calls.find((call) => call.call === "log")?.what ?? "";
  const open = said.trim().split("\n").filter((line) => !line.includes("/proc/"));
  assert.deepEqual(open.map((line) => line.split(" ")[0]), ["0", "1", "2"]);
  assert.ok(open.every((line) => / pipe:\[\d+\]$/.test(line)), said);
});

Deno.test("commands that still run when the handler has answered are ended with it", async () => {
  using host = new Host();
  const file = `${host.scratch()}/late`;
  host.handler(
    "10-a",
    SHELL,
    `host.exec("sh", ["-c", "sleep 1; echo late > ${file}"]); throw new Error("over");`,
  );
  const ended = await host.hook(START);
  assert.equal(ended.code, 1);
  assert.ok(ended.exitMs < 5_000);
  await new Promise((done) => setTimeout(done, 1_500));
  assert.throws(() => Deno.statSync(file), Deno.errors.NotFound);
});
