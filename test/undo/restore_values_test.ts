import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import { KERNELS, SettingDesk } from "./setting_desk.ts";

function file(desk: SettingDesk, name: string): string {
  const path = `${Deno.realPathSync(desk.folder)}/${name}`;
  Deno.writeTextFileSync(path, "old");
  return path;
}

Deno.test("an old value that comes back is told without a remark, unless somebody else had written", () => {
  using desk = new SettingDesk();
  const [a, b] = [file(desk, "a"), file(desk, "b")];
  desk.set([a, b], "new");
  Deno.writeTextFileSync(b, "x".repeat(300));
  const told = desk.giveBack().map(({ what, ok, note, error }) => ({ what, ok, note, error }));
  const note = `it held "${"x".repeat(200)}", which another program had written`;
  assert.deepEqual(told, [
    { what: b, ok: true, note, error: undefined },
    { what: a, ok: true, note: undefined, error: undefined },
  ]);
  assert.deepEqual([a, b].map((path) => Deno.readTextFileSync(path)), ["old", "old"]);
  assert.deepEqual(desk.holds(), []);
});

Deno.test("the kernel's line end is no change of somebody else's", { ignore: Deno.uid() !== 0 }, () => {
  using desk = new SettingDesk();
  const before = Deno.readTextFileSync(KERNELS);
  try {
    desk.set([KERNELS], "7");
    assert.deepEqual(desk.giveBack().map(({ ok, note }) => [ok, note]), [[true, undefined]]);
    assert.equal(Deno.readTextFileSync(KERNELS), before);
    desk.set([KERNELS], "7");
    Deno.writeTextFileSync(KERNELS, "8");
    assert.match(desk.giveBack()[0]?.note ?? "", /^it held "8\\n", which another program had written$/);
    assert.equal(Deno.readTextFileSync(KERNELS), before);
  } finally {
    Deno.writeTextFileSync(KERNELS, before);
  }
});

Deno.test("a file that is gone, or leads elsewhere, is let go or kept, and said", () => {
  using desk = new SettingDesk();
  const [a, b] = [file(desk, "a"), file(desk, "b")];
  desk.set([a], "new");
  desk.set([b], "new");
  Deno.removeSync(a);
  Deno.removeSync(b);
  Deno.mkdirSync(b);
  const [second, first] = desk.giveBack();
  assert.deepEqual([first?.what, first?.ok, first?.note], [a, true, "the file is gone"]);
  assert.deepEqual([second?.what, second?.ok], [b, false]);
  assert.deepEqual(desk.holds().map(({ failures, leaving }) => [failures, leaving]), [[1, true]]);
});

Deno.test("what another process is bringing back is not brought back twice, and stays due", () => {
  using desk = new SettingDesk();
  const a = file(desk, "a");
  desk.set([a], "1");
  {
    using other = desk.journal.locks();
    assert.ok(other.tryLock("guest qemu/v1"));
    assert.throws(
      () => desk.giveBack("v1", Deadline.in(50)),
      /^JournalError: what qemu\/v1 held was being undone by another hook call$/,
    );
    assert.equal(Deno.readTextFileSync(a), "1");
    assert.deepEqual(desk.holds().map(({ leaving }) => leaving), [true]);
  }
  assert.deepEqual(desk.giveBack().map(({ ok }) => ok), [true]);
  assert.notEqual(Deno.readTextFileSync(a), "1");
});
