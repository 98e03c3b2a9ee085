import assert from "node:assert/strict";
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
