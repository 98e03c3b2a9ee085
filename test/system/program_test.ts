import assert from "node:assert/strict";
import { findProgram } from "../../src/system/program.ts";

Deno.test("findProgram() finds the first executable of a name, and takes a path as it is", () => {
  const folder = Deno.makeTempDirSync();
  for (const name of ["one", "two", "three"]) Deno.mkdirSync(`${folder}/${name}`);
  Deno.writeTextFileSync(`${folder}/one/tool`, "", { mode: 0o644 });
  Deno.mkdirSync(`${folder}/two/tool`);
  Deno.writeTextFileSync(`${folder}/three/tool`, "", { mode: 0o755 });
  const path = ["none", "one", "two", "three"].map((name) => `${folder}/${name}`).join(":");
  assert.equal(findProgram("tool", path), `${folder}/three/tool`);
  assert.equal(findProgram("other", path), undefined);
  assert.equal(findProgram("three/tool", folder), undefined);
  assert.equal(findProgram("../tool", path), undefined);
  assert.equal(findProgram("/any/where", path), "/any/where");
  Deno.removeSync(folder, { recursive: true });
});
