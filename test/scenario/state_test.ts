import assert from "node:assert/strict";
import { join } from "node:path";
import { exists, fixture, Host, PROGRAM, until, type Words } from "./support.ts";

const STARTED: Words = ["qemu", "v1", "started", "begin", "-"];
const XML = fixture("9.0.0/003-qemu-prepare");

Deno.test("state is kept per handler and guest until release, and state.host until the host reboots", async () => {
  using host = new Host();
  const count =
    `const n = (await host.state.get("n") ?? 0) + 1, all = (await host.state.host.get("n") ?? 0) + 1;
    await host.state.set("n", n); await host.state.host.set("n", all);
    host.log.info("count", [n, all, await host.state.list(), await host.state.get("none"), await host.state.delete("none")]);`;
  host.handler("10-count", "on: [qemu/started]", count);
  host.handler("20-keep", "on: [qemu/started]\nstate: keep", count);
  const counts = async () => {
    assert.equal((await host.hook(STARTED, { stdin: XML })).code, 0);
    return host.record().handlers.map(({ calls }) => calls.find(({ call }) => call === "log")?.fields);
  };
  assert.deepEqual(await counts(), [[1, 1, ["n"], null, false], [1, 1, ["n"], null, false]]);
  assert.deepEqual(await counts(), [[2, 2, ["n"], null, false], [2, 2, ["n"], null, false]]);
  await host.hook(["qemu", "v1", "release", "end", "-"], { stdin: XML });
  assert.deepEqual(await counts(), [[1, 3, ["n"], null, false], [3, 3, ["n"], null, false]]);
});

Deno.test("state says no to what is too large, has no key, or belongs to no guest", async () => {
  using host = new Host();
  host.file("config.yaml", "onFailure: {qemu/started: abort}\n");
  const cases: [string, RegExp][] = [
    [`host.state.set("", 1)`, /a key must have 1 to 256/],
    [`host.state.set("k", "x".repeat(70000))`, /at most 64 KiB/],
    [`host.state.set("k")`, /second argument/],
    [`host.state.get()`, /first argument must be a key/],
    [
      `(async () => { for (let i = 0; i < 1002; i++) await host.state.set("k" + i, i); })()`,
      /limit of 1000 keys/,
    ],
  ];
  for (const [call, message] of cases) {
    host.handler("10-x", "on: [qemu/started]", `await ${call};`);
    const { code, stderr } = await host.hook(STARTED, { stdin: XML });
    assert.equal(code, 1, call);
    assert.match(stderr, message);
  }
  host.handler("10-x", "on: [daemon/start]", `await host.state.get("k");`);
  await host.hook(["daemon", "-", "start", "-", "start"]);
  assert.match(host.record().handlers[0]?.message ?? "", /this call is about no guest.*state\.host/);
});

Deno.test("a lock is held by one process at a time, ends with its handler, and with a killed process", async () => {
  using host = new Host();
  const folder = host.scratch();
  host.handler(
    "10-lock",
    `on: [qemu/started]\nallow: {write: ["${folder}/*"], exec: [sleep *]}\ntimeout: 5s`,
    `await host.lock("gpu", async () => {
       await host.fs.append("${folder}/trace", "<"); await host.exec("sleep", ["0.05"]);
       await host.fs.append("${folder}/trace", ">");
     });`,
  );
  const ended = await Promise.all(Array.from({ length: 8 }, () => host.hook(STARTED, { stdin: XML })));
  assert.deepEqual(ended.map(({ code }) => code), Array(8).fill(0));
  assert.equal(Deno.readTextFileSync(join(folder, "trace")), "<>".repeat(8));

  host.handler(
    "10-lock",
    `on: [qemu/started]\nallow: {write: ["${folder}/*"], exec: [sleep *]}`,
    `await host.lock("gpu", async () => {
       await host.fs.write("${folder}/held", ""); await host.exec("sleep", ["5"]);
     });`,
  );
  const child = new Deno.Command(PROGRAM, {
    args: host.arguments(STARTED),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  })
    .spawn();
  await until(() => exists(join(folder, "held")), "it does not come to it");
  host.handler(
    "10-lock",
    "on: [qemu/started]\ntimeout: 300ms\nonFailure: abort",
    `await host.lock("gpu", () => {});`,
  );
  const waiting = await host.hook(STARTED, { stdin: XML });
  assert.match(waiting.stderr, /timed out after \d+ ms, waiting for lock\.take gpu/);
  child.kill("SIGKILL");
  await child.status;
  assert.equal((await host.hook(STARTED, { stdin: XML })).code, 0);
});

Deno.test("two waits for one lock in one handler take turns, and a handler that ends early frees its lock for the next", async () => {
  using host = new Host();
  host.handler(
    "10-two",
    "on: [qemu/started]",
    `const order = [];
     await Promise.all([1, 2].map((i) => host.lock("x", async () => { order.push(i); await host.sleep(20); order.push(-i); })));
     host.log.info("order", order);
     host.lock("y", () => host.sleep(60000)); await host.sleep(10); host.fail("enough");`,
  );
  host.handler("20-next", "on: [qemu/started]", `await host.lock("y", () => {});`);
  assert.equal((await host.hook(STARTED, { stdin: XML })).code, 0);
  const [first, second] = host.record().handlers;
  assert.deepEqual(first?.calls.find(({ call }) => call === "log")?.fields, [1, -1, 2, -2]);
  assert.equal(second?.outcome, "success");
});
