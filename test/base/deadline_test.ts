import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";

Deno.test("a deadline counts from now, or from a moment that is given", () => {
  const before = performance.now();
  const deadline = Deadline.in(1_000);
  assert.ok(deadline.at >= before + 1_000 && deadline.at <= performance.now() + 1_000);
  assert.equal(Deadline.in(5_000, 0).at, 5_000);
  assert.equal(Deadline.in(5_000, 100).at, 5_100);
});

Deno.test("sooner() never moves a deadline back", () => {
  const deadline = Deadline.in(1_000);
  assert.equal(deadline.sooner(60_000).at, deadline.at);
  assert.equal(deadline.sooner(Infinity).at, deadline.at);
  assert.ok(deadline.sooner(10).at < deadline.at);
});

Deno.test("before() leaves room", () => {
  assert.equal(Deadline.in(1_000, 0).before(50).at, 950);
});

Deno.test("what is left is never below zero", () => {
  const over = Deadline.in(-10);
  assert.equal(over.remaining, 0);
  assert.equal(over.passed, true);
  const ahead = Deadline.in(60_000);
  assert.ok(ahead.remaining > 0 && ahead.remaining <= 60_000);
  assert.equal(ahead.passed, false);
});
