import assert from "node:assert/strict";
import { join } from "node:path";
import { exists, Host } from "./support.ts";

// What is kept for the next call (handlers.json and handlers/ in the state directory) is root's only.
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
  assert.deepEqual([...Deno.readDirSync(join(host.state, "handlers"))].map(({ name }) => name).sort(), [
    "10-a.js",
    "20-b.js",
  ]);
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
  const text = "/*---\non: [qemu/prepare]\n---*/\nconst born = Date.now();\n" +
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
  "a handler that others can write to is refused though it was kept",
  { ignore: !IS_ROOT },
  async () => {
    using host = await kept();
    Deno.chmodSync(join(host.handlers, "10-a.js"), 0o666);
    assert.match((await host.hook(CALL)).stderr, /can be written by everybody/);
  },
);

Deno.test("images and an index that are cut short, foreign, poisoned or not ours are ignored", {
  ignore: !IS_ROOT,
}, async () => {
  using host = await kept();
  const image = join(host.state, "handlers", "10-a.js");
  const index = join(host.state, "handlers.json");
  const [imageBytes, indexText] = [Deno.readFileSync(image), Deno.readTextFileSync(index)];
  const other = Deno.readFileSync(join(host.state, "handlers", "20-b.js"));
  const poisoned = imageBytes.slice();
  poisoned.fill(0xff, 0, 64);
  const evil = indexText.replace("one", "bad");
  const spoil: [what: string, act: () => void][] = [
    ["an image cut short", () => Deno.writeFileSync(image, imageBytes.subarray(0, 100_000))],
    ["an empty image", () => Deno.writeFileSync(image, new Uint8Array())],
    ["another handler's image", () => Deno.writeFileSync(image, other)],
    ["a poisoned image", () => Deno.writeFileSync(image, poisoned)],
    ["an image others can read", () => Deno.chmodSync(image, 0o644)],
    ["another user's image", () => Deno.chownSync(image, 65534, 65534)],
    ["an image that is a link", () => replaceByLink(image)],
    ["no image", () => Deno.removeSync(image)],
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
    for (const file of [image, index]) Deno.removeSync(file, { recursive: true });
    Deno.writeFileSync(image, imageBytes, { mode: 0o600 });
    Deno.writeTextFileSync(index, indexText, { mode: 0o600 });
    act();
    const ended = await host.hook(CALL);
    assert.deepEqual([ended.code, ended.stderr, said(host)], [0, "", "one"], what);
    if (!exists(image)) Deno.writeFileSync(image, imageBytes);
  }
});

function replaceByLink(path: string): void {
  Deno.renameSync(path, `${path}.real`);
  Deno.symlinkSync(`${path}.real`, path);
}

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
