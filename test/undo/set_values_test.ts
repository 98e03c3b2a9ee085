import assert from "node:assert/strict";
import { KERNELS, SettingDesk as Desk } from "./setting_desk.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { JournalError } from "../../src/undo/journal.ts";
import { lockPath } from "../../src/undo/set_values.ts";

const isRoot = Deno.uid() === 0;

Deno.test("what the kernel refuses is not held, and the hold from before stays as it was", {
  ignore: !isRoot,
}, () => {
  using desk = new Desk();
  const before = Deno.readTextFileSync(KERNELS);
  try {
    const first = desk.set([KERNELS], "no number");
    assert.match(first.get(KERNELS)?.message ?? "", /EINVAL|invalid/i);
    assert.deepEqual(desk.holds(), []);
    assert.equal(desk.set([KERNELS], "7").size, 0);
    assert.equal(Deno.readTextFileSync(KERNELS), "7\n");
    assert.deepEqual(desk.values(), [[KERNELS, before, "7"]]);
    assert.equal(desk.set([KERNELS], "no number").size, 1);
    assert.deepEqual(desk.values(), [[KERNELS, before, "7"]]);
    assert.equal(desk.set([KERNELS], "no number", "v2").size, 1);
    assert.deepEqual(
      desk.values(),
      [[KERNELS, before, "7"]],
      "another guest's failure leaves the first's hold",
    );
  } finally {
    Deno.writeTextFileSync(KERNELS, before);
  }
});

Deno.test("what comes back first is the newest of one guest, once a path, in one call", () => {
  using desk = new Desk();
  const paths = ["b", "a"].map((name) => `${Deno.realPathSync(desk.folder)}/${name}`);
  for (const path of paths) Deno.writeTextFileSync(path, "old");
  desk.set(paths, "1");
  desk.set([paths[0]!], "2");
  const [a, b] = [...paths].reverse();
  assert.deepEqual(desk.values(), [[a, "old", "1"], [b, "old", "2"]]);
  const calls = desk.holds().map(({ what }) => "path" in what ? what.call : 0);
  assert.deepEqual(calls, [1, 1]);
  for (const { failures, leaving, maker, since } of desk.holds()) {
    assert.deepEqual([failures, leaving, maker], [0, false, Deno.pid]);
    assert.ok(Math.abs(Date.now() - since) < 60_000);
  }
});

Deno.test("a path that another process sets is waited for until the deadline, and that is a time-out", () => {
  using desk = new Desk();
  // Range locks are a process's: one of our own would not keep us out, so another open file stands in.
  using mine = desk.journal.locks();
  using theirs = desk.journal.locks();
  lockPath(theirs, "/a", desk.waiting);
  const started = performance.now();
  assert.throws(
    () => lockPath(mine, "/a", { loop: desk.waiting.loop, deadline: Deadline.in(100) }),
    (error) =>
      error instanceof JournalError && error.busy && /was being set by another hook call/.test(error.message),
  );
  assert.ok(performance.now() - started >= 99);
});
