import assert from "node:assert/strict";
import { grantOf, runningHandler } from "../capability/support.ts";
import { CAPABILITIES } from "../../src/capability/capabilities.ts";
import { Deadline } from "../../src/base/deadline.ts";
import { runHandler } from "../../src/sandbox/run_handler.ts";
import { Loop } from "../../src/system/loop.ts";
import { isSqliteLoaded } from "../../src/system/sqlite.ts";

const XML = "<domain><uuid>11111111-2222-3333-4444-555555555555</uuid></domain>";

// The order matters: SQLite stays once it is loaded.
Deno.test("SQLite is loaded by the first call that needs it and by no other, a dry run's neither", async (t) => {
  const folder = Deno.makeTempDirSync();
  const handler = runningHandler({ state: `${folder}/run`, xml: XML });
  const handle = async (body: string, isDry = false) => {
    const result = await runHandler({
      file: "/handlers/10-a.js",
      source: `export default async (event, host) => { ${body} };`,
      event: { name: "v1" },
      options: {},
      deadline: Deadline.in(10_000),
      host: { handler, grant: grantOf({}), capabilities: CAPABILITIES, dryRun: isDry ? () => {} : undefined },
    }, new Loop());
    handler.lazyJournal.close();
    return result;
  };
  try {
    await t.step("calls without it", async () => {
      const { outcome } = await handle("await host.sleep(1); host.log.info(event.uuid);");
      assert.deepEqual(outcome, { ok: true });
      assert.equal(isSqliteLoaded(), false);
    });
    await t.step("a dry run", async () => {
      const { outcome } = await handle(`await host.state.set("k", 1);`, true);
      assert.deepEqual(outcome, { ok: true });
      assert.equal(isSqliteLoaded(), false);
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    });
    await t.step("calls at once, one of which waits for a lock afterwards", async () => {
      const { outcome, calls } = await handle(`
        const all = [host.state.set("k", [1]), host.sleep(1), host.lock("x", () => host.state.get("k"))];
        const [, , value] = await Promise.all(all);
        if (JSON.stringify(value) !== "[1]") host.fail(JSON.stringify(value));`);
      assert.deepEqual(outcome, { ok: true });
      assert.equal(isSqliteLoaded(), true);
      assert.ok(
        calls.every(({ ms, error }) => ms !== undefined && error === undefined),
        JSON.stringify(calls),
      );
    });
    await t.step("a failure of such a call is the handler's, with its line", async () => {
      const { outcome, calls } = await handle(`await host.state.set("", 1);`);
      assert.ok(!outcome.ok && outcome.at === "/handlers/10-a.js:1:57", JSON.stringify(outcome));
      assert.equal(calls[0]?.error, "host.state.set: a key must have 1 to 256 characters");
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
