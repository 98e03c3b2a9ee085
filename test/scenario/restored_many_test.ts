/** Many restored calls, one after the other and at once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { HAS_CHECKPOINTS, restoringHost, takeCheckpoint } from "./checkpoint.ts";
import { type Ended, fixture, Host } from "./support.ts";

const CALL = ["v1", "prepare", "begin", "-"];
const ignore = !HAS_CHECKPOINTS;
const XML = fixture("9.0.0/003-qemu-prepare");

/** Makes so many calls in one namespace, says "bad" of those that fail, and keeps what they say. */
function many(host: Host, count: number, atOnce = false): Promise<Ended> {
  const one = `"$@" < /tmp/xml || echo "bad: $?"`;
  const script = `cat > /tmp/xml; for i in $(seq ${count}); do ${
    atOnce ? `{ ${one}; } &` : `${one};`
  } done; wait`;
  return host.inside(script, [host.hookLink(), ...CALL], { stdin: XML, giveUpMs: 120_000 });
}

/** The log lines of a handler in all calls. */
function lines(host: Host, name: string): string[] {
  return host.records().flatMap(({ handlers }) =>
    handlers.filter((handler) => handler.name === name).flatMap(({ calls }) =>
      calls.filter(({ call }) => call === "log").map(({ what }) => what)
    )
  );
}

function restoredOf(host: Host): number {
  return host.records().filter((record) => record.restored).length;
}

Deno.test(
  "300 calls in a row are all right, nearly all are restored, and no two have an id or a random number in common",
  {
    ignore,
  },
  async () => {
    using host = await restoringHost();
    host.handler(
      "10-a",
      "on: [qemu/prepare]",
      `host.log.info(String(Math.random())); if (event.uuid === "") host.fail("no");`,
    );
    const { code, stdout, stderr } = await many(host, 300);
    assert.deepEqual([code, stdout, stderr], [0, "", ""]);
    const records = host.records();
    assert.equal(records.length, 300);
    assert.ok(records.every(({ verdict }) => verdict === "success"));
    assert.equal(new Set(records.map(({ id }) => id)).size, 300);
    assert.equal(new Set(lines(host, "10-a")).size, 300);
    console.log(`${restoredOf(host)} of 300 calls were restored`);
    assert.ok(restoredOf(host) >= 270, `${restoredOf(host)} of 300 calls were restored`);
  },
);

Deno.test("100 calls at once are all right, though all of them write the same files and keep state", {
  ignore,
}, async () => {
  using host = await restoringHost();
  const folder = host.scratch();
  Deno.writeTextFileSync(join(folder, "set"), "old");
  host.handler(
    "10-a",
    `on: [qemu/*]\nallow: {write: ["${folder}/*"], exec: ["echo *"]}`,
    `const { stdout } = await host.exec("echo", [event.domain.name]);
     await host.fs.write("${folder}/out", stdout);
     await host.fs.set("${folder}/set", "new");
     await host.lock("one", async () => {
       const n = (await host.state.get("n") ?? 0) + 1;
       await host.state.set("n", n);
       host.log.info(String(n));
     });`,
  );
  host.file("config.yaml", "timeouts: {qemu/prepare: 100s}\n");
  const { code, stdout, stderr } = await many(host, 100, true);
  assert.deepEqual([code, stdout, stderr], [0, "", ""]);
  const records = host.records();
  assert.equal(records.length, 100);
  assert.equal(new Set(records.map(({ id }) => id)).size, 100);
  assert.ok(records.every(({ verdict, notes }) => verdict === "success" && notes === undefined));
  assert.ok(restoredOf(host) >= 80, `${restoredOf(host)} of 100 calls were restored`);
  assert.equal(new Set(lines(host, "10-a")).size, 100, "a number was counted twice");
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["out", "set"]);
  assert.equal(Deno.readTextFileSync(join(folder, "out")), "v1\n");
  await host.link("qemu", ["v1", "release", "end", "-"], { stdin: XML });
  assert.equal(Deno.readTextFileSync(join(folder, "set")), "old");
});

Deno.test("whatever addresses a checkpoint has, calls of ten handlers are right", { ignore }, async () => {
  using host = new Host();
  for (let i = 10; i < 20; i++) {
    const body =
      `host.log.info(event.domain.name + event.domain.disks.length + JSON.stringify(host.options.list));`;
    host.handler(`${i}-a`, `on: [qemu/prepare]\noptions: {list: [${i}]}`, body);
  }
  for (let round = 1; round <= 15; round++) {
    const taken = await takeCheckpoint(host);
    assert.equal(taken.code, 0, taken.stderr);
    const { code, stdout, stderr } = await many(host, 20);
    assert.deepEqual([code, stdout, stderr], [0, "", ""], `round ${round}`);
    assert.equal(host.records().length, round * 20);
  }
  assert.ok(host.records().every(({ handlers }) => handlers.length === 10));
  for (let i = 10; i < 20; i++) assert.equal(new Set(lines(host, `${i}-a`)).size, 1);
  assert.ok(restoredOf(host) >= 250, `${restoredOf(host)} of 300 calls were restored`);
});
