import assert from "node:assert/strict";
import { join } from "node:path";
import { exists, Host } from "./support.ts";

// The index of handlers that is kept for the next call (handlers.json in the state directory) is root's only.
const IS_ROOT = Deno.uid() === 0;
const CALL = ["qemu", "v1", "prepare", "begin", "-"];
const RANDOM = "host.log.info(`${said} ${Math.random()}`);";

/** A host whose handlers were called once, long enough after they were written that everything about them is kept. */
async function kept(body = RANDOM): Promise<Host> {
  const host = new Host();
  host.handler("10-a", "on: [qemu/prepare]", `const said = "one"; ${body}`);
  host.handler("20-b", "on: [lxc/*]", "");
  await settle();
  assert.equal((await host.hook(CALL)).code, 0);
  assert.ok(exists(join(host.state, "handlers.json")), "an index was kept");
  return host;
}

/** Files changed less than two seconds ago are not kept. */
async function settle(): Promise<void> {
  await new Promise((done) => setTimeout(done, 2_100));
}

/** What the first handler said in the newest call, without the random number. */
function said(host: Host): string | undefined {
  return host.record().handlers[0]?.calls.find(({ call }) => call === "log")?.what.split(" ")[0];
}

Deno.test("a call that uses what another kept does the same, with a randomness of its own", {
  ignore: !IS_ROOT,
}, async () => {
  using host = await kept();
  const index = Deno.readTextFileSync(join(host.state, "handlers.json"));
  for (let i = 0; i < 3; i++) assert.equal((await host.hook(CALL)).code, 0);
  const lines = host.records().map(({ handlers }) => handlers[0]?.calls[0]?.what);
  assert.equal(new Set(lines).size, 4, lines.join());
  assert.equal(Deno.readTextFileSync(join(host.state, "handlers.json")), index, "it was not made anew");
  assert.equal((await host.hook(["network", "n", "start", "begin", "-"])).code, 0);
  assert.deepEqual(host.record().handlers, []);
});

Deno.test("what a handler's module does at its top it does in every call", { ignore: !IS_ROOT }, async () => {
  using host = new Host();
  const text = "// ---\n// on: [qemu/prepare]\n// ---\nconst born = Date.now();\n" +
    "export default (_event, host) => { host.log.info(String(Date.now() - born < 1000)); };\n";
  host.file("handlers/10-a.js", text);
  await settle();
  for (let i = 0; i < 2; i++) {
    assert.equal((await host.hook(CALL)).code, 0);
    assert.equal(said(host), "true");
    await settle();
  }
});

Deno.test("a changed handler, a new one, one switched off and a changed config.yaml count at once", {
  ignore: !IS_ROOT,
}, async () => {
  using host = await kept();
  // The same size, inode and second: only nanoseconds tell.
  const file = join(host.handlers, "10-a.js");
  Deno.writeTextFileSync(file, Deno.readTextFileSync(file).replace("one", "two"));
  await host.hook(CALL);
  assert.equal(said(host), "two");
  host.handler("05-new", "on: [qemu/prepare]", 'host.log.info("new");');
  await host.hook(CALL);
  assert.equal(said(host), "new");
  Deno.renameSync(join(host.handlers, "05-new.js"), join(host.handlers, "05-new.js.off"));
  await host.hook(CALL);
  assert.equal(said(host), "two");
  host.file("config.yaml", "nonsense: 1\n");
  const refused = await host.hook(CALL);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /config\.yaml:1:1: unknown key "nonsense"/);
});

Deno.test(
  "after an edit of one of twenty handlers only that one is read anew, and no time of theirs is lost",
  {
    ignore: !IS_ROOT,
  },
  async () => {
    using host = new Host();
    host.file("config.yaml", "timeouts: {qemu/prepare: 500ms}\n");
    const names = Array.from({ length: 20 }, (_, i) => `${10 + i}-one`);
    for (const name of names) host.handler(name, "on: [qemu/prepare]", 'host.log.info("one");');
    await settle();
    await host.hook(CALL);
    const index = join(host.state, "handlers.json");
    // What only the index says of a handler shows who did not read its file again.
    const marked = Deno.readTextFileSync(index).replaceAll('\\"one\\"', '\\"from the index\\"');
    Deno.writeTextFileSync(index, marked);
    const edited = join(host.handlers, "15-one.js");
    Deno.writeTextFileSync(edited, Deno.readTextFileSync(edited).replace('"one"', '"edited"'));
    await settle();
    const ended = await host.hook(CALL);
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    const words = host.record().handlers.map(({ calls }) => calls[0]?.what);
    assert.deepEqual(words, names.map((name) => name === "15-one" ? "edited" : "from the index"));
    assert.match(Deno.readTextFileSync(index), /\\"edited\\"/, "the index was made anew");
  },
);

Deno.test(
  "a handler that others can write to is refused though it was kept",
  { ignore: !IS_ROOT },
  async () => {
    using host = await kept();
    Deno.chmodSync(join(host.handlers, "10-a.js"), 0o666);
    assert.match((await host.hook(CALL)).stderr, /can be written by everyone/);
  },
);

Deno.test("an index that is cut short, foreign or not ours is ignored", {
  ignore: !IS_ROOT,
}, async () => {
  using host = await kept();
  const index = join(host.state, "handlers.json");
  const indexText = Deno.readTextFileSync(index);
  const evil = indexText.replace("one", "bad");
  const spoil: [what: string, act: () => void][] = [
    ["an index cut short", () => Deno.writeTextFileSync(index, indexText.slice(0, -40))],
    [
      "an index of another build",
      () => Deno.writeTextFileSync(index, evil.replace(/"build":"[^"]*"/, '"build":"x"')),
    ],
    ["another user's index", () => {
      Deno.writeTextFileSync(index, evil);
      Deno.chownSync(index, 65534, 65534);
    }],
    ["an index others can write", () => {
      Deno.writeTextFileSync(index, evil);
      Deno.chmodSync(index, 0o666);
    }],
    ["a state directory others can write", () => {
      Deno.writeTextFileSync(index, evil);
      Deno.chmodSync(host.state, 0o777);
    }],
  ];
  for (const [what, act] of spoil) {
    Deno.chmodSync(host.state, 0o700);
    Deno.removeSync(index);
    Deno.writeTextFileSync(index, indexText, { mode: 0o600 });
    act();
    const ended = await host.hook(CALL);
    assert.deepEqual([ended.code, ended.stderr, said(host)], [0, "", "one"], what);
  }
});

Deno.test(
  "a full disk and a state directory that cannot be made cost nothing but time",
  { ignore: !IS_ROOT },
  async () => {
    using host = new Host();
    host.handler("10-a", "on: [qemu/prepare]", 'host.log.info("one");');
    await settle();
    const folders = [
      "--config-dir",
      host.config,
      "--log-dir",
      host.log,
      "--state-dir",
      "/proc/nowhere/at/all",
    ];
    const { code } = await new Deno.Command("dist/hookvisor", {
      args: ["hook", ...folders, ...CALL],
      stdin: "null",
    }).output();
    assert.equal(code, 0);
    assert.equal(said(host), "one");
    const script =
      `mount -t tmpfs -o size=64k,mode=700 none /run/hookvisor && head -c 60k /dev/zero > /run/hookvisor/full; "$@"`;
    for (let i = 0; i < 2; i++) {
      const ended = await host.inside(script, [join(Deno.cwd(), "dist/hookvisor"), "hook", ...CALL]);
      assert.deepEqual([ended.code, ended.stderr], [0, ""]);
      assert.equal(said(host), "one");
    }
  },
);
