import assert from "node:assert/strict";
import { event, handler, hookData } from "./support.ts";
import { Deadline } from "../../src/base/deadline.ts";
import type { Outcome } from "../../src/base/outcome.ts";
import { runHandlers, type RunPlanned } from "../../src/call/run_handlers.ts";
import { plan } from "../../src/call/plan.ts";
import type { LoadedHandler } from "../../src/site/load_handlers.ts";
import { type Config } from "../../src/site/config.ts";
import { defaultConfig } from "../../src/site/settings.ts";

type Outcomes = Record<string, Outcome>;

const OK: Outcome = { ok: true };
const failed = (message: string, cause: "fail" | "error" = "error"): Outcome => ({
  ok: false,
  cause,
  message,
});

interface Setting {
  operation?: string;
  config?: Config;
  deadline?: Deadline;
  rootless?: boolean;
}

/** Dispatches handlers whose code is played: by name, how each ends. */
async function play(handlers: LoadedHandler[], outcomes: Outcomes, setting: Setting = {}) {
  const { operation = "start", config = defaultConfig(), deadline = Deadline.in(10_000), rootless = false } =
    setting;
  const of = event("qemu", "v1", operation, "begin", "-");
  const { steps } = plan(of, handlers, config, hookData(of).data);
  const ran: { name: string; options: unknown; ms: number }[] = [];
  const run: RunPlanned = ({ handler }, task) => {
    ran.push({ name: handler.name, options: task.options, ms: task.deadline.remaining });
    return Promise.resolve({
      outcome: outcomes[handler.name] ?? OK,
      calls: [],
      moreCalls: 0,
      ms: 1,
      memoryBytes: 0,
    });
  };
  const result = await runHandlers(of.known!, of.object, steps, config, deadline, run, rootless);
  return { ...result, ran, causes: result.handlers.map(({ name, outcome }) => `${name} ${outcome}`) };
}

const A = handler("10-a", `on: ["*/*"]`);
const B = handler("20-b", `on: ["*/*"]`);
const C = handler("30-c", `on: ["*/*"]`);

Deno.test("handlers that all succeed are a success", async () => {
  const { verdict, reason, causes } = await play([A, B], {});
  assert.deepEqual([verdict, reason, causes], ["success", undefined, ["10-a success", "20-b success"]]);
});

Deno.test("no handler at all is a success", async () => {
  assert.deepEqual((await play([], {})).verdict, "success");
});

Deno.test("a failure that aborts says whose it is and why, and the rest have no turn", async () => {
  const { verdict, reason, causes, left, ran } = await play([A, B, C], { "20-b": failed("no", "fail") });
  assert.equal(verdict, "abort");
  assert.equal(reason, "v1: start refused by 20-b: no");
  assert.deepEqual(causes, ["10-a success", "20-b fail"]);
  assert.deepEqual(ran.map(({ name }) => name), ["10-a", "20-b"]);
  assert.deepEqual(left, [{ name: "30-c", why: "20-b failed first" }]);
});

Deno.test("the reason names the place of an error", async () => {
  const outcome: Outcome = { ok: false, cause: "error", message: "no", at: "/handlers/10-a.js:5:6" };
  const { reason } = await play([A], { "10-a": outcome });
  assert.equal(reason, "v1: start refused by 10-a: no (/handlers/10-a.js:5:6)");
});

Deno.test("failures that are ignored are one verdict, and the rest have their turn", async () => {
  const { verdict, reason, causes } = await play([A, B, C], { "10-a": failed("1"), "20-b": failed("2") }, {
    operation: "started",
  });
  assert.deepEqual([verdict, reason], ["ignore", undefined]);
  assert.deepEqual(causes, ["10-a error", "20-b error", "30-c success"]);
});

Deno.test("an ignored failure before one that aborts does not hide it", async () => {
  const soft = handler("10-a", "on: [qemu/start]\nonFailure: ignore");
  const { verdict, reason } = await play([soft, B], { "10-a": failed("1"), "20-b": failed("2") });
  assert.deepEqual([verdict, reason], ["abort", "v1: start refused by 20-b: 2"]);
});

Deno.test("a broken handler counts as failed and is not run", async () => {
  const broken = handler("10-a", "on: [qemu/start]\nwrong: 1\nworse: 2");
  const { verdict, reason, ran, causes } = await play([broken], {});
  assert.equal(verdict, "abort");
  assert.match(
    reason ?? "",
    /^v1: start refused by 10-a: \/handlers\/10-a\.js:3:4: .*, and 1 more: run "hookvisor check"$/,
  );
  assert.deepEqual([ran, causes], [[], ["10-a broken"]]);
});

Deno.test("options that config.yaml sets wrongly are the handler's failure", async () => {
  const withOptions = handler("10-a", "on: [qemu/start]\noptions: {cpus: 0-1}");
  const config = defaultConfig();
  const at = { file: "/config.yaml", line: 3, column: 5 };
  config.options["10-a"] = [{ key: "cpus", value: "4-7", ...at }];
  assert.deepEqual((await play([withOptions], {}, { config })).ran[0]?.options, { cpus: "4-7" });
  config.options["10-a"] = [{ key: "cpu", value: "4-7", ...at }];
  const { reason, ran } = await play([withOptions], {}, { config });
  assert.match(reason ?? "", /\/config\.yaml:3:5: /);
  assert.deepEqual(ran, []);
});

Deno.test("a handler's share of the time is its own, the policy's, or what the call has left", async () => {
  const quick = handler("10-a", "on: [qemu/start]\ntimeout: 2s");
  const near = (ms: number | undefined, expected: number) =>
    assert.ok(ms !== undefined && ms > expected - 1_000 && ms <= expected, `${ms}, not ${expected}`);
  near((await play([quick], {})).ran[0]?.ms, 2_000);
  near((await play([A], {})).ran[0]?.ms, 10_000);
  near((await play([quick], {}, { deadline: Deadline.in(1_500) })).ran[0]?.ms, 1_500);
  const config = defaultConfig();
  config.policy.maxTimeoutMs = 1_200;
  near((await play([quick], {}, { config })).ran[0]?.ms, 1_200);
});

Deno.test("what a handler asked for beyond the operation's time is kept for it by those before it", async () => {
  const slow = handler("20-b", "on: [qemu/start]\ntimeout: 60s");
  const { ran } = await play([A, slow], {}, { deadline: Deadline.in(64_000) });
  assert.ok(ran[0]!.ms > 3_000 && ran[0]!.ms <= 4_000, `${ran[0]?.ms}`);
  assert.ok(ran[1]!.ms > 59_000 && ran[1]!.ms <= 60_000, `${ran[1]?.ms}`);
});

Deno.test("handlers that come after the call's deadline are not started, and count as timed out", async () => {
  const { verdict, ran, handlers } = await play([A, B], {}, {
    operation: "started",
    deadline: Deadline.in(500, performance.now() - 501).before(20),
  });
  assert.equal(verdict, "ignore");
  assert.deepEqual(ran, []);
  assert.deepEqual(handlers.map(({ outcome }) => outcome), ["timeout", "timeout"]);
  assert.equal(handlers[0]?.message, "not run: the call's 500 ms limit had already passed");
});

Deno.test("for a user's own libvirtd only host.fail() aborts", async () => {
  const error = await play([A, B], { "10-a": failed("no permission") }, { rootless: true });
  assert.deepEqual([error.verdict, error.causes.length], ["ignore", 2]);
  const fail = await play([A, B], { "10-a": failed("no", "fail") }, { rootless: true });
  assert.equal(fail.verdict, "abort");
});
