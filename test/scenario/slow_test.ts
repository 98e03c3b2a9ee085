import assert from "node:assert/strict";
import { join } from "node:path";
import { Host } from "./support.ts";

const PREPARE = ["qemu", "v1", "prepare", "begin", "-"];
const RELEASE = ["qemu", "v1", "release", "end", "-"];

Deno.test("a handler may ask for more time than its operation has, up to policy.maxTimeout", async () => {
  using host = new Host();
  host.file("config.yaml", "timeouts: {qemu/prepare: 1s}\n");
  host.handler(
    "10-slow",
    "on: [qemu/prepare]\ntimeout: 30s\nallow: {exec: [sleep 2]}",
    `await host.exec("sleep", ["2"]);`,
  );
  host.handler("20-usual", "on: [qemu/prepare]");
  const { code, stderr } = await host.hook(PREPARE);
  assert.equal(code, 0, stderr);
  assert.deepEqual(host.record().handlers.map(({ outcome }) => outcome), ["success", "success"]);
  host.file("config.yaml", "timeouts: {qemu/prepare: 1s}\npolicy: {maxTimeout: 500ms}\n");
  const cut = await host.hook(PREPARE);
  assert.match(cut.stderr, /10-slow: timed out after (4|5)\d\d ms/);
});

Deno.test("those without a time of their own share what the operation has, also beside one that asks for more", async () => {
  using host = new Host();
  host.file("config.yaml", "timeouts: {qemu/started: 1s}\n");
  host.handler("10-usual", "on: [qemu/started]", "for (;;);");
  host.handler(
    "20-slow",
    "on: [qemu/started]\ntimeout: 3s\nallow: {exec: [sleep *]}",
    `await host.exec("sleep", ["60"]);`,
  );
  await host.hook(["qemu", "v1", "started", "begin", "-"]);
  const [usual, slow] = host.record().handlers;
  assert.ok(usual!.ms < 2_000, `${usual!.ms}`);
  assert.ok(slow!.ms > 2_500 && slow!.ms < 4_500, `${slow!.ms}`);
});

Deno.test("a handler that takes all the time leaves enough to give back what it held in the same call", async () => {
  using host = new Host();
  const mark = join(host.scratch(), "mark");
  host.file("config.yaml", "timeouts: {qemu/prepare: 8s}\n");
  // Longer than the least that playing back always has.
  host.handler(
    "10-hangs",
    "on: [qemu/prepare]\nallow: {exec: ['sh -c *', sleep *]}",
    `await host.undo("sh", ["-c", "sleep 0.4; touch ${mark}"]); await host.exec("sleep", ["60"]);`,
  );
  const { code, exitMs } = await host.hook(PREPARE);
  assert.equal(code, 1);
  assert.deepEqual(host.record().undone?.map(({ ok }) => ok), [true]);
  assert.equal(Deno.statSync(mark).isFile, true);
  assert.ok(exitMs < 12_000, `${exitMs}`);
});

Deno.test("a command of undo has the time it was held with, when it is given up and when it is over", async () => {
  using host = new Host();
  const mark = join(host.scratch(), "mark");
  host.file("config.yaml", "timeouts: {qemu/prepare: 1s, qemu/release: 1s}\n");
  const body = (options: string, then: string) =>
    host.handler(
      "10-slow",
      "on: [qemu/prepare]\nallow: {exec: ['sh -c *']}",
      `await host.undo("sh", ["-c", "sleep 2; touch ${mark}"], ${options});${then}`,
    );
  body(`{ timeout: "20s" }`, `host.fail("no");`);
  assert.equal((await host.hook(PREPARE)).code, 1);
  assert.deepEqual(host.record().undone?.map(({ ok }) => ok), [true]);
  Deno.removeSync(mark);
  body(`{ timeout: "20s" }`, "");
  await host.hook(PREPARE);
  await host.hook(RELEASE);
  assert.deepEqual(host.record().undone?.map(({ ok }) => ok), [true]);
  Deno.removeSync(mark);
  body("{}", "");
  await host.hook(PREPARE);
  await host.hook(RELEASE);
  assert.match(
    host.record().undone?.[0]?.error ?? "",
    /the time limit had already passed|the call's time limit passed/,
    "nobody asked for more than the call has",
  );
});
