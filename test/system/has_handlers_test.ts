import assert from "node:assert/strict";
import { hasHandlers } from "../../src/system/has_handlers.ts";

Deno.test("hasHandlers() says no only where there is surely nothing", () => {
  const folder = Deno.makeTempDirSync();
  assert.equal(hasHandlers(`${folder}/none`), false);
  assert.equal(hasHandlers(folder), false);
  Deno.mkdirSync(`${folder}/handlers`);
  assert.equal(hasHandlers(folder), false);
  for (const name of ["README", "20-vfio.js.off", "js"]) {
    Deno.writeTextFileSync(`${folder}/handlers/${name}`, "");
  }
  assert.equal(hasHandlers(folder), false);
  Deno.writeTextFileSync(`${folder}/handlers/10-a.js`, "");
  assert.equal(hasHandlers(folder), true);
  Deno.removeSync(`${folder}/handlers`, { recursive: true });
  Deno.symlinkSync("nowhere", `${folder}/config.yaml`);
  assert.equal(hasHandlers(folder), true);
  Deno.removeSync(`${folder}/config.yaml`);
  Deno.writeTextFileSync(`${folder}/handlers`, "no directory");
  assert.equal(hasHandlers(folder), true);
  Deno.removeSync(folder, { recursive: true });
});
