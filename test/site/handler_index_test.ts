import assert from "node:assert/strict";
import { event, handler } from "../call/support.ts";
import { indexedFor, indexedHandlers, isFor, makeIndex, readIndex } from "../../src/site/handler_index.ts";
import type { HandlerIndex } from "../../src/site/handler_index.ts";
import type { LoadedHandler } from "../../src/site/load_handlers.ts";
import { matchesNone } from "../../src/site/matches_none.ts";
import { defaultConfig } from "../../src/site/settings.ts";

const UUID = "3d2f5a10-0000-4000-8000-0123456789ab";

function loaded(name: string, yaml: string): LoadedHandler {
  const one = handler(name, yaml);
  const on = one.manifest?.on.map(({ value }) => value);
  return { ...one, ...(on && { on }) };
}

function indexOf(handlers: LoadedHandler[], idOf = (file: string): string | undefined => `id of ${file}`) {
  const config = { config: defaultConfig(), issues: [], id: "c" };
  return makeIndex("build", config, { handlers }, idOf);
}

function given(...handlers: LoadedHandler[]): HandlerIndex {
  const index = indexOf(handlers);
  assert.ok(index !== undefined);
  return index;
}

Deno.test("an index gives back, through its text, what was loaded", () => {
  const all = [loaded("10-a", "on: [qemu/start]"), loaded("20-b", "on: [qemu/*]\nwrong: 1")];
  const index = readIndex(JSON.stringify(given(...all)), "build");
  assert.ok(index !== undefined);
  const back = indexedHandlers(index, "/handlers", "qemu", "start");
  assert.deepEqual(
    back.map(({ name, file, source }) => [name, file, source]),
    all.map(({ name, file, source }) => [name, file, source]),
  );
  assert.deepEqual(back[0]?.manifest, all[0]?.manifest);
  assert.deepEqual([back[1]?.manifest, back[1]?.trouble, back[1]?.issues], [
    undefined,
    "invalid",
    all[1]?.issues,
  ]);
  assert.deepEqual(indexedHandlers(index, "/handlers", "lxc", "start").map(({ name }) => name), []);
});

Deno.test("what should not be kept makes no index: no id, no text, too long a text, a problem", () => {
  const good = loaded("10-a", "on: [qemu/start]");
  assert.ok(indexOf([good]) !== undefined);
  assert.equal(indexOf([good], () => undefined), undefined);
  assert.equal(indexOf([{ ...good, source: "" }]), undefined);
  assert.equal(indexOf([{ ...good, source: "x".repeat(64 * 1024 + 1) }]), undefined);
  assert.ok(indexOf([{ ...good, source: "x".repeat(64 * 1024) }]) !== undefined);
});

Deno.test("a text that is no whole index of this build is none", () => {
  const text = JSON.stringify(given(loaded("10-a", "on: [qemu/start]")));
  assert.ok(readIndex(text, "build") !== undefined);
  for (
    const bad of [
      "",
      text.slice(0, -1),
      "null",
      "{}",
      `{"build":"build","handlers":[]}`,
      text.replace(`"id":"c"`, `"id":1`),
    ]
  ) {
    assert.equal(readIndex(bad, "build"), undefined, bad.slice(0, 40));
  }
  assert.equal(readIndex(text, "another build"), undefined);
});

Deno.test("a handler is looked at when its text or its on may mean the operation", () => {
  const [one] = given(loaded("10-a", `on: ["qemu/st*"]`)).handlers;
  assert.equal(indexedFor(one!, "qemu", "start"), true);
  assert.equal(indexedFor(one!, "qemu", "release"), false);
  assert.equal(indexedFor(one!, "lxc", "start"), false);
  assert.equal(
    isFor({ source: "", mayMatch: () => true }, "qemu", "start"),
    true,
    "a text that could not be read",
  );
  assert.equal(isFor({ source: "", mayMatch: () => false }, "qemu", "start"), false);
});

Deno.test("a call is over before it begins when no handler can be for it, and only then", () => {
  const start = event("qemu", "v1", "start", "begin", "-");
  const none = (...yamls: string[]) =>
    matchesNone(given(...yamls.map((yaml, i) => loaded(`${i}0-a`, yaml))), start);
  assert.equal(none(), true);
  assert.equal(none("on: [qemu/release]"), true);
  assert.equal(none("on: [qemu/start]"), false);
  assert.equal(none("on: [qemu/start]\nguests: [v2]"), true);
  assert.equal(none("on: [qemu/start]\nguests: [v2]", "on: [qemu/start]\nguests: [v1]"), false);
  assert.equal(none(`on: [qemu/start]\nguests: ["uuid:${UUID}"]`), false, "its UUID is not known yet");
  assert.equal(none("on: [qemu/start]\nwrong: 1"), false, "a broken one may be meant");
  assert.equal(none("on: [qemu/release]\nwrong: 1"), true);
  const index = given(loaded("10-a", "on: [qemu/release]"));
  index.config.config.record.keep = 1;
  assert.equal(matchesNone(index, start), false, "every call is kept");
});
