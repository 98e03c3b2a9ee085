import assert from "node:assert/strict";
import { event, handler, hookData } from "./support.ts";
import { plan } from "../../src/call/plan.ts";
import type { LoadedHandler } from "../../src/site/load_handlers.ts";
import { defaultConfig } from "../../src/site/settings.ts";
import type { HookEvent } from "../../src/protocol/event.ts";

const UUID = "3d2f5a10-0000-4000-8000-0123456789ab";

function planned(of: HookEvent, handlers: LoadedHandler[], input?: Parameters<typeof hookData>[1]) {
  const { data, counted } = hookData(of, input);
  const { steps, left } = plan(of, handlers, defaultConfig(), data);
  return { names: steps.map((step) => step.handler.name), steps, left, reads: counted.reads };
}

Deno.test("plan() orders by name, backwards on teardown", () => {
  const handlers = ["20-b", "10-a", "10-Z"].map((name) => handler(name, `on: ["*/*"]`));
  assert.deepEqual(planned(event("qemu", "v1", "start", "begin", "-"), handlers).names, [
    "10-Z",
    "10-a",
    "20-b",
  ]);
  assert.deepEqual(planned(event("qemu", "v1", "release", "end", "-"), handlers).names, [
    "20-b",
    "10-a",
    "10-Z",
  ]);
});

Deno.test("plan() leaves out handlers that are not for the call, and says why", () => {
  const { names, left } = planned(event("qemu", "v1", "start", "begin", "-"), [
    handler("10-a", "on: [qemu/start]"),
    handler("20-b", "on: [qemu/stopped]"),
    handler("30-c", "on: [qemu/start]\nguests: [v2]"),
  ]);
  assert.deepEqual(names, ["10-a"]);
  assert.deepEqual(left, [
    { name: "20-b", why: "on does not name qemu/start" },
    { name: "30-c", why: `guests does not match "v1"` },
  ]);
});

Deno.test("plan() reads no XML unless a filter needs it", () => {
  const start = event("qemu", "v1", "start", "begin", "-");
  const byName = handler("10-a", "on: [qemu/start]\nguests: [v1]");
  const byUuid = handler("20-b", `on: [qemu/start]\nguests: ["uuid:${UUID}"]`);
  assert.equal(planned(start, [byName]).reads, 0);
  const xml = `<domain><uuid>${UUID}</uuid></domain>`;
  const both = planned(start, [byName, byUuid], xml);
  assert.deepEqual([both.names, both.reads], [["10-a", "20-b"], 1]);
  assert.deepEqual(planned(event("qemu", "v1", "stopped", "end", "-"), [byUuid]).reads, 0);
});

Deno.test("plan() keeps a handler of which it cannot tell whether it is meant, as a failed one", () => {
  const start = event("qemu", "v1", "start", "begin", "-");
  const byUuid = handler("20-b", `on: [qemu/start]\nguests: ["uuid:${UUID}"]`);
  for (const input of ["<domain", { error: "standard input timed out" }]) {
    const { steps } = planned(start, [byUuid], input);
    assert.equal(steps.length, 1);
    assert.match(steps[0]?.problem ?? "", /^its filters or options need the XML: /);
    assert.equal(steps[0]?.onFailure, "abort");
  }
});

Deno.test("plan() keeps a broken handler that may be meant", () => {
  const broken = handler("10-a", "on: [qemu/start]\nwrong: 1");
  assert.deepEqual(planned(event("qemu", "v1", "start", "begin", "-"), [broken]).names, ["10-a"]);
  const other = { ...broken, mayMatch: () => false };
  assert.deepEqual(planned(event("qemu", "v1", "start", "begin", "-"), [other]).left, [
    { name: "10-a", why: "on does not name qemu/start" },
  ]);
});

Deno.test("plan() is empty for an operation that nobody has heard of", () => {
  const handlers = [handler("10-a", `on: ["*/*"]`)];
  assert.deepEqual(planned(event("qemu", "v1", "teleport", "begin", "-"), handlers).names, []);
});

Deno.test("plan() gives each step what its failure does", () => {
  const handlers = [
    handler("10-a", `on: ["*/*"]`),
    handler("20-b", `on: ["qemu/start", "qemu/started"]\nonFailure: ignore`),
    handler("30-c", `on: ["qemu/start", "qemu/started"]\nonFailure: abort`),
  ];
  const fates = (operation: string) =>
    planned(event("qemu", "v1", operation, "begin", "-"), handlers).steps.map((step) => step.onFailure);
  assert.deepEqual(fates("start"), ["abort", "ignore", "abort"]);
  assert.deepEqual(fates("started"), ["ignore", "ignore", "abort"]);
  assert.deepEqual(fates("reconnect"), ["ignore"]);
});
