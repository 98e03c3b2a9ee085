// Long because every way in which a handler can end is here, with the few lines that play its host.
import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import type { Json } from "../../src/base/json.ts";
import { CAPABILITIES } from "../../src/capability/capabilities.ts";
import type { Capability } from "../../src/capability/capability.ts";
import { grantOf, runningHandler } from "../capability/support.ts";
import { runHandler } from "../../src/sandbox/run_handler.ts";
import { Loop } from "../../src/system/loop.ts";

/** What a capability was asked, and what it did to calls under way. */
interface Seen {
  calls: Json[][];
  stopped: number;
  killed: number;
}

/** `sleep`, `log` and some of our own: `exec` gives back what it was given, or an error for `fail`. */
function capabilities(seen: Seen): Map<string, Capability> {
  const pendingFor = (ms: number, ends: boolean): Capability["run"] => (args, context) => {
    seen.calls.push([...args]);
    let running = true;
    const wait = context.loop.after(ms, () => {
      running = false;
      context.answer(
        args[0] === "fail"
          ? { error: { name: "CommandFailed", message: "it failed" } }
          : { value: [...args] },
      );
    });
    const end = () => {
      wait.cancel();
      running = false;
    };
    return {
      pending: true,
      stop: () => {
        seen.stopped++;
        if (ends) end();
      },
      kill: () => {
        seen.killed++;
        end();
      },
      get running() {
        return running;
      },
    };
  };
  const acts: Record<string, Capability["run"]> = {
    "exec": pendingFor(5, true),
    "sleep": pendingFor(60_000, false),
    "log": (args) => {
      seen.calls.push([...args]);
      return { value: null };
    },
    "fs.read": ([path]) => path === "throw" ? broken() : { value: "text" },
    "event.xml": () => ({ value: "<domain/>" }),
    "event.uuid": () => ({ value: "u-u-i-d" }),
  };
  const ours = Object.entries(acts).map(([name, run]): [string, Capability] => [
    name,
    { ...CAPABILITIES.get(name)!, run },
  ]);
  return new Map([...ours, ["fail", CAPABILITIES.get("fail")!]]);
}

function broken(): never {
  throw new Error("a fault of ours");
}

async function handle(body: string, options: { ms?: number; source?: string; options?: Json } = {}) {
  const seen: Seen = { calls: [], stopped: 0, killed: 0 };
  const result = await runHandler({
    file: "/handlers/10-a.js",
    source: options.source ?? `export default async function (event, host) {\n${body}\n}\n`,
    event: { driver: "qemu", operation: "start", name: "v1" },
    options: options.options ?? {},
    deadline: Deadline.in(options.ms ?? 5_000),
    host: { handler: runningHandler(), grant: grantOf({}), capabilities: capabilities(seen) },
  }, new Loop());
  return { ...result, seen };
}

async function logged(body: string, options?: Parameters<typeof handle>[1]): Promise<Json[]> {
  const { outcome, seen } = await handle(body, options);
  assert.deepEqual(outcome, { ok: true });
  return seen.calls.map((call) => call[1] ?? null);
}

Deno.test("a handler sees its event, its options and its guest", async () => {
  assert.deepEqual(
    await logged(
      `host.log.info(event.driver + event.operation + event.name); host.log.info(host.options.a); host.log.info(host.guest.name);`,
      { options: { a: "b" } },
    ),
    ["qemustartv1", "b", "v1"],
  );
});

Deno.test("fields that cost something are fetched when they are first looked at, once", async () => {
  const { outcome, calls } = await handle(`event.xml; event.xml; host.guest.uuid; host.guest.uuid;`);
  assert.deepEqual(outcome, { ok: true });
  assert.deepEqual(calls.map(({ call }) => call), ["event.xml", "event.uuid"]);
  assert.deepEqual((await handle(`event.name`)).calls, []);
});

Deno.test("what a handler asks for comes to the host as JSON, and back", async () => {
  const { outcome, seen } = await handle(
    `const given = await host.exec("é🖥\\ud800", ["a\\u0000b", 1.5, true, null, [{}]], { x: undefined });
    if (JSON.stringify(given) !== '["é🖥\\\\ud800",["a\\\\u0000b",1.5,true,null,[{}]],{}]') host.fail(JSON.stringify(given));`,
  );
  assert.deepEqual(outcome, { ok: true });
  assert.deepEqual(seen.calls, [["é🖥\ud800", ["a\0b", 1.5, true, null, [{}]], {}]]);
});

Deno.test("texts of any size and any characters go in and out unharmed", async () => {
  for (const size of [0, 1, 65_500, 65_536, 65_600, 300_000]) {
    for (const one of ["x", "é", "€", "🖥", "\ud800"]) {
      const text = "a" + one.repeat(size);
      assert.deepEqual(await logged("host.log.info(host.options.a);", { options: { a: text } }), [text]);
    }
  }
  const source = `export default (event, host) => host.log.info("${"🖥é".repeat(50_000)}" + host.options.a);`;
  assert.deepEqual(await logged("", { source, options: { a: "!" } }), ["🖥é".repeat(50_000) + "!"]);
});

Deno.test("calls under way are kept apart", async () => {
  assert.deepEqual(
    await logged(`const all = await Promise.all([1, 2, 3].map((i) => host.exec("x", i)));
    host.log.info(all.map((one) => one[1]).join());`).then((said) => said.at(-1)),
    "1,2,3",
  );
});

Deno.test("a handler that returns before its calls have answers is over when they have", async () => {
  const { outcome, calls } = await handle(`host.exec("a"); host.exec("b");`);
  assert.deepEqual(outcome, { ok: true });
  assert.ok(calls.every(({ ms }) => ms !== undefined));
});

Deno.test("a handler that throws is over at once, and its calls are stopped", async () => {
  const { outcome, seen } = await handle(`host.exec("a"); throw new Error("over");`);
  assert.deepEqual(outcome, { ok: false, cause: "error", message: "over", at: "/handlers/10-a.js:2:27" });
  assert.equal(seen.stopped, 1);
});

Deno.test("at the deadline calls are stopped, then killed, then left", async () => {
  const before = performance.now();
  const { outcome, seen } = await handle(`host.sleep(1); await host.sleep(2);`, { ms: 100 });
  assert.ok(outcome.ok === false && outcome.cause === "timeout");
  assert.match(outcome.message, /^timed out after (99|100) ms, waiting for sleep 2$/);
  assert.deepEqual([seen.stopped, seen.killed], [2, 2]);
  assert.ok(performance.now() - before < 2_000);
});

Deno.test("a loop is stopped at the deadline, in JavaScript and in the engine's own code", async () => {
  const loops = [
    "for (;;);",
    "[].indexOf.call({ length: 2 ** 53 - 1 }, 1);",
    "/^(a+)+$/.test('a'.repeat(60) + '!');",
  ];
  for (const body of loops) {
    const { outcome, ms } = await handle(body, { ms: 150 });
    assert.equal(outcome.ok === false && outcome.cause, "timeout", body);
    assert.ok(ms >= 149 && ms < 1_150, `${body}: ${ms} ms`);
  }
});

Deno.test("a failure that the deadline brought about is a time-out, whatever the handler says of it", async () => {
  const { outcome } = await handle(
    `async function* endless() { for (;;) yield 1; }
    for await (const one of endless()) void one;`,
    { ms: 150 },
  );
  assert.equal(outcome.ok === false && outcome.cause, "timeout");
});

Deno.test("the first cause of an ending wins", async () => {
  const first = await handle(`try { host.fail("first"); } catch {} host.fail("second");`);
  assert.deepEqual(first.outcome, { ok: false, cause: "fail", message: "first" });
  const thrown = await handle(`try { host.fail("first"); } catch {} throw new Error("second");`);
  assert.equal(thrown.outcome.ok === false && thrown.outcome.message, "first");
  const looped = await handle(`try { host.fail("first"); } catch {} for (;;);`);
  assert.equal(looped.outcome.ok === false && looped.outcome.cause, "fail");
  assert.ok(looped.ms < 3_000, `${looped.ms} ms`);
});

Deno.test("after host.fail() nothing is done any more", async () => {
  const { seen } = await handle(
    `try { host.fail("x"); } catch {} host.log.info("later"); host.exec("later");`,
  );
  assert.deepEqual(seen.calls, []);
});

Deno.test("a reason that is none, or too long, is put right", async () => {
  for (const reason of [`""`, `" "`, "1", "undefined", "{}"]) {
    const { outcome } = await handle(`host.fail(${reason})`);
    assert.deepEqual(outcome, { ok: false, cause: "fail", message: "no reason given" }, reason);
  }
  const { outcome } = await handle(`host.fail("x".repeat(10000))`);
  assert.equal(outcome.ok === false && outcome.message.length, 4_096);
});

Deno.test("calls that failed reach the handler as errors, with its own line", async () => {
  assert.deepEqual(
    await logged(`try {
      await host.exec("fail");
    } catch (error) {
      host.log.info(error.name + ": " + error.message + (/10-a\\.js:3/.test(error.stack) ? " here" : error.stack));
    }`).then((said) => said.at(-1)),
    "CommandFailed: it failed here",
  );
});

Deno.test("a failed call counts only when nobody looked at its promise", async () => {
  const fine = [
    `try { await host.exec("fail"); } catch {}`,
    `await host.exec("fail").catch(() => {});`,
    `const late = host.exec("fail"); await host.exec("x"); await late.catch(() => {});`,
    `await Promise.allSettled([host.exec("fail")]);`,
    `host.exec("fail").then(() => {}, () => {});`,
  ];
  for (const body of fine) assert.deepEqual((await handle(body)).outcome, { ok: true }, body);
  for (const body of [`host.exec("fail");`, `host.exec("fail"); await host.exec("x");`]) {
    assert.deepEqual((await handle(body)).outcome, {
      ok: false,
      cause: "error",
      message: "host.exec was not awaited and failed: it failed",
      at: "/handlers/10-a.js:2:6",
    }, body);
  }
});

Deno.test("a promise that nothing can settle ends the handler at once", async () => {
  const { outcome, ms } = await handle(`await new Promise(() => {});`, { ms: 60_000 });
  assert.match(outcome.ok === false ? outcome.message : "", /a promise that nothing can settle/);
  assert.ok(ms < 10_000);
});

Deno.test("calls that do not exist, and requests that no bridge makes, are refused", async () => {
  const { outcome, seen } = await handle(`
    const forged = [null, 1, {}, { call: 1, args: [] }, { call: "exec" }, { call: "none", args: [] }, { call: "__proto__", args: [] }];
    for (const request of forged) {
      let used = false;
      Object.prototype.toJSON = function () {
        if (used) return this;
        used = true;
        return request;
      };
      let refused = false;
      try { host.log.info("x"); } catch (error) { refused = error.name === "TypeError"; }
      delete Object.prototype.toJSON;
      if (!refused) host.fail(JSON.stringify(request));
    }`);
  assert.deepEqual(outcome, { ok: true });
  assert.deepEqual(seen.calls, []);
});

Deno.test("an id that is under way cannot be used again, so that no call is forgotten", async () => {
  const { seen } = await handle(`
    Object.prototype.toJSON = function () { return this.call === "log" ? { call: "sleep", id: 7, args: [1] } : this; };
    for (let i = 0; i < 10; i++) try { host.log.info("x"); } catch {}
    delete Object.prototype.toJSON;
    throw new Error("over");`);
  assert.equal(seen.calls.length, 1);
  assert.equal(seen.stopped, 1);
});

Deno.test("more than 256 calls at once are refused", async () => {
  const { outcome, seen } = await handle(
    `const all = Array.from({ length: 300 }, () => host.sleep(1).catch((error) => error.message));
    const first = await Promise.race(all.slice(256));
    throw new Error(first);`,
  );
  assert.equal(outcome.ok === false && outcome.message, "more than 256 calls at once");
  assert.equal(seen.calls.length, 256);
  assert.equal(seen.killed, 256);
});

Deno.test("of thousands of calls five hundred are recorded, the others counted", async () => {
  const { calls, moreCalls } = await handle(`for (let i = 0; i < 1000; i++) host.log.info("line " + i);`);
  assert.equal(calls.length, 500);
  assert.equal(moreCalls, 500);
});

Deno.test("a fault of ours is told as ours", async () => {
  const { outcome } = await handle(`await host.fs.read("throw").catch(() => {});`);
  assert.deepEqual(outcome, {
    ok: false,
    cause: "internal",
    message: "internal error, please report it: a fault of ours",
  });
});

Deno.test("memory is limited, and its end is the handler's", async () => {
  const { outcome, memoryBytes } = await handle(`const hog = []; for (;;) hog.push(new Uint8Array(1e6));`);
  assert.ok(outcome.ok === false && ["resources", "error"].includes(outcome.cause));
  assert.match(outcome.message, /memory/);
  assert.ok(memoryBytes <= 64 * 1024 * 1024);
});

Deno.test("recursion is limited, and its end is the handler's", async () => {
  for (
    const body of [
      "const f = () => f() + 1; f();",
      "JSON.parse('['.repeat(1e5));",
      "new RegExp('('.repeat(1e5));",
    ]
  ) {
    const { outcome } = await handle(body);
    assert.ok(outcome.ok === false && ["resources", "error"].includes(outcome.cause), body);
  }
});

Deno.test("whatever is thrown is described", async () => {
  const table: [thrown: string, message: RegExp][] = [
    [`"text"`, /^text$/],
    ["42", /^42$/],
    ["null", /^it threw null, as the engine does when its memory is full$/],
    ["undefined", /./],
    ["Symbol('x')", /./],
    ["{ a: 1 }", /^\{"a":1\}$/],
    ["() => 1", /./],
    ["new Proxy({}, { get() { throw 1; } })", /./],
    ["{ get stack() { throw 1; } }", /./],
    ["Object.assign(new Error('x'), { name: {}, message: { toString() { throw 1; } } })", /./],
    ["new (class Own extends Error { name = 'Own'; })('mine')", /^Own: mine$/],
  ];
  for (const [thrown, message] of table) {
    const { outcome } = await handle(`throw ${thrown};`);
    assert.ok(outcome.ok === false && outcome.cause === "error", thrown);
    assert.match(outcome.message, message, thrown);
  }
});

Deno.test("a module's faults are told: syntax, imports, what it throws, what it does not export", async () => {
  const table: [source: string, message: RegExp, at?: string][] = [
    ["let 1x;", /^SyntaxError: /, "/handlers/10-a.js:1:"],
    ["import 'node:fs'; export default () => {};", /cannot import/, "/handlers/10-a.js:1:1"],
    ["throw new Error('top'); export default () => {};", /^top$/, "/handlers/10-a.js:1:"],
    ["await Promise.reject(new Error('later')); export default () => {};", /^later$/],
    ["export default 1;", /^it has no default export that is a function$/],
    ["", /^it has no default export that is a function$/],
  ];
  for (const [source, message, at] of table) {
    const { outcome } = await handle("", { source });
    assert.ok(outcome.ok === false && outcome.cause === "error", source);
    assert.match(outcome.message, message, source);
    if (at !== undefined) assert.ok(outcome.at?.startsWith(at), `${source}: ${outcome.at}`);
  }
});

Deno.test("a module may await at its top level, and export an ordinary function", async () => {
  const source = "const a = await Promise.resolve(1); export default (event, host) => host.log.info(`${a}`);";
  assert.deepEqual(await logged("", { source }), ["1"]);
});

Deno.test("handlers do not see the time zone, only UTC", async () => {
  assert.deepEqual(await logged(`host.log.info(String(new Date(0).getTimezoneOffset()));`), ["0"]);
});

Deno.test("each engine has randomness of its own", async () => {
  const numbers = new Set<Json>();
  for (let i = 0; i < 3; i++) {
    for (const said of await logged(`host.log.info(String(Math.random()));`)) numbers.add(said);
  }
  assert.equal(numbers.size, 3);
});
