// Long because it goes through everything on a host that can be missing, broken, closed or untrusted.
import assert from "node:assert/strict";
import { ENVIRONMENT, HAS_NAMESPACES, Host, PROGRAM, run } from "./support.ts";

const START = ["qemu", "v1", "start", "begin", "-"];
const RECONNECT = ["qemu", "v1", "reconnect", "begin", "-"];
const IS_ROOT = Deno.uid() === 0;
const NOBODY = 65534;

async function assertBroken(host: Host, message: RegExp) {
  const abort = await host.hook(START);
  assert.equal(abort.code, 1);
  assert.equal(abort.stdout, "");
  assert.match(abort.stderr, /^hookvisor: v1: start refused[^\n]+\n$/);
  assert.match(abort.stderr, message);
  assert.deepEqual(host.record().handlers.map((handler) => handler.outcome), ["broken"]);
  const ignore = await host.hook(RECONNECT);
  assert.deepEqual([ignore.code, ignore.stdout, ignore.stderr], [0, "", ""]);
  assert.equal(host.record().verdict, "ignore");
  assert.match(host.record().handlers[0]?.message ?? "", message);
}

Deno.test("a broken manifest fails the operations it may be for, with its place, and no other", async () => {
  using host = new Host();
  host.handler("10-a", `on: [qemu/start, qemu/reconnect]\ntimeuot: 5s`);
  await assertBroken(host, /10-a\.js:3:4: .*timeuot.*timeout/);
  const other = await host.hook(["qemu", "v1", "prepare", "begin", "-"]);
  assert.deepEqual([other.code, other.stderr], [0, ""]);
  assert.deepEqual(host.record().handlers, []);
});

Deno.test("a manifest that cannot be read at all may be for any operation", async () => {
  using host = new Host();
  for (
    const text of [
      "",
      "export default () => {};\n",
      "// ---\n// on: [qemu/start\n// ---\n",
      "// ---\n// on: [qemu/start]\n",
    ]
  ) {
    host.file("handlers/10-a.js", text);
    await assertBroken(host, /10-a\.js/);
  }
});

Deno.test("a broken config.yaml fails every operation, with its place", async () => {
  using host = new Host();
  host.file("config.yaml", "timeouts:\n  qemu/strat: 5s\n");
  await assertBroken(host, /config\.yaml:2:8: .*strat.*qemu\/start/);
  host.file("config.yaml", "timeouts: [\n");
  await assertBroken(host, /config\.yaml:\d+:\d+: /);
  host.file("config.yaml", "\0");
  await assertBroken(host, /config\.yaml/);
});

Deno.test("a handler that others may write to is not run", async () => {
  using host = new Host();
  const path = host.handler("10-a", `on: [qemu/start, qemu/reconnect]`, `host.log.info("ran")`);
  for (const mode of [0o666, 0o664, 0o646]) {
    Deno.chmodSync(path, mode);
    await assertBroken(host, /10-a\.js: .*writ/);
  }
  Deno.chmodSync(path, 0o644);
  assert.equal((await host.hook(START)).code, 0);
});

Deno.test("handlers in a directory that others may write to are not run", async () => {
  using host = new Host();
  host.handler("10-a", `on: [qemu/start, qemu/reconnect]`);
  Deno.chmodSync(host.handlers, 0o777);
  await assertBroken(host, /handlers: .*writ/);
  Deno.chmodSync(host.handlers, 0o755);
  Deno.chmodSync(host.config, 0o775);
  await assertBroken(host, /writ/);
  Deno.chmodSync(host.config, 0o755);
  assert.equal((await host.hook(START)).code, 0);
});

Deno.test("a handler of another user is not run for root", { ignore: !IS_ROOT }, async () => {
  using host = new Host();
  const path = host.handler("10-a", `on: [qemu/start, qemu/reconnect]`);
  Deno.chownSync(path, NOBODY, NOBODY);
  await assertBroken(host, /10-a\.js: .*65534/);
});

Deno.test("a configuration directory that is a link needs no config.yaml either", async () => {
  using host = new Host();
  host.handler("10-a", "on: [qemu/start]");
  Deno.renameSync(host.config, `${host.folder}/elsewhere`);
  Deno.symlinkSync("elsewhere", host.config);
  const { code, stderr } = await host.hook(START);
  assert.deepEqual([code, stderr], [0, ""]);
  Deno.symlinkSync("nowhere", `${host.folder}/elsewhere/config.yaml`);
  await assertBroken(host, /a symbolic link in the path points to \S+nowhere, which does not exist/);
});

Deno.test("a config.yaml that others may write to fails every operation", async () => {
  using host = new Host();
  host.file("config.yaml", "timeouts: {qemu/start: 5s}\n", 0o666);
  await assertBroken(host, /config\.yaml: .*writ/);
});

Deno.test("a handler that is a link is judged by where it leads", async () => {
  using host = new Host();
  const elsewhere = `${host.scratch()}/real.js`;
  Deno.writeTextFileSync(
    elsewhere,
    `// ---\n// on: [qemu/start, qemu/reconnect]\n// ---\nexport default () => {};\n`,
  );
  Deno.chmodSync(elsewhere, 0o644);
  Deno.symlinkSync(elsewhere, `${host.handlers}/10-a.js`);
  assert.equal((await host.hook(START)).code, 0);
  assert.equal(host.record().handlers[0]?.outcome, "success");
  Deno.chmodSync(`${host.folder}/scratch`, 0o777);
  await assertBroken(host, /scratch.*writ/);
  Deno.removeSync(elsewhere);
  await assertBroken(host, /10-a\.js/);
});

Deno.test("what stands in place of a handler or of its directory is a failure, not a crash", async () => {
  using host = new Host();
  Deno.mkdirSync(`${host.handlers}/10-a.js`);
  await assertBroken(host, /10-a\.js/);
  Deno.removeSync(`${host.handlers}/10-a.js`);
  Deno.symlinkSync("10-a.js", `${host.handlers}/10-a.js`);
  await assertBroken(host, /10-a\.js/);
  Deno.removeSync(host.handlers, { recursive: true });
  Deno.writeTextFileSync(host.handlers, "");
  await assertBroken(host, /handlers/);
});

Deno.test("a FIFO in place of a handler does not make it wait", async () => {
  using host = new Host();
  await new Deno.Command("mkfifo", { args: ["-m", "644", `${host.handlers}/10-a.js`] }).output();
  await assertBroken(host, /10-a\.js/);
});

Deno.test("files that are no handlers are passed over", async () => {
  using host = new Host();
  for (const name of ["20-vfio.js.off", "README", ".10-a.js.swp", "#10-a.js#", ".#10-a.js", "handler.d.ts"]) {
    host.file(`handlers/${name}`, "not JavaScript");
  }
  const ended = await host.hook(START);
  assert.deepEqual([ended.code, ended.stderr], [0, ""]);
  assert.deepEqual(host.record().handlers, []);
});

Deno.test("a handler's name without digits is a failure that says how to name it", async () => {
  using host = new Host();
  host.handler("vfio", `on: [qemu/start, qemu/reconnect]`);
  await assertBroken(host, /vfio\.js: this is not a valid handler name/);
});

Deno.test("without any directory of its own everything goes on", async () => {
  using host = new Host();
  for (const path of [host.config, host.log, host.state]) Deno.removeSync(path, { recursive: true });
  const ended = await host.hook(START);
  assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "", ""]);
});

Deno.test("a log directory that cannot be written fails no hook", async () => {
  using host = new Host();
  host.handler("10-a", "on: [qemu/start]");
  Deno.removeSync(host.log, { recursive: true });
  Deno.writeTextFileSync(host.log, "a file in its place");
  const ended = await host.hook(START);
  assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "", ""]);
  Deno.removeSync(host.log);
  Deno.symlinkSync("/dev/full", host.log);
  assert.equal((await host.hook(START)).code, 0);
  Deno.removeSync(host.log);
  Deno.mkdirSync(host.log);
  Deno.symlinkSync("/dev/full", `${host.log}/events.jsonl`);
  assert.equal((await host.hook(START)).code, 0);
});

Deno.test("a FIFO in place of the records fails and delays no hook", async () => {
  using host = new Host();
  await new Deno.Command("mkfifo", { args: [`${host.log}/events.jsonl`] }).output();
  const ended = await host.hook(START, { giveUpMs: 5_000 });
  assert.deepEqual([ended.code, ended.signal, ended.stderr], [0, null, ""]);
});

Deno.test("nothing of the environment is needed, and nothing in it moves or changes anything", async () => {
  using host = new Host();
  host.handler(
    "10-a",
    "on: [qemu/start]\nallow: {exec: [env]}",
    `host.log.info((await host.exec("env")).stdout)`,
  );
  const environments: Record<string, string>[] = [
    {},
    { LC_ALL: "C" },
    ENVIRONMENT,
    { ...ENVIRONMENT, HOME: "/nonexistent", TMPDIR: "/nonexistent", USER: "nobody" },
    { ...ENVIRONMENT, HOOKVISOR_CONFIG_DIR: "/nonexistent", DENO_DIR: "/nonexistent", SECRET: "s3cret" },
    {
      ...ENVIRONMENT,
      DENO_V8_FLAGS: "--help",
      NODE_OPTIONS: "--help",
      RUST_BACKTRACE: "full",
    },
    { PATH: "/nonexistent" },
  ];
  for (const env of environments) {
    const ended = await host.hook(START, { env });
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "", ""], JSON.stringify(env));
    const said = host.record().handlers[0]?.calls.find((call) => call.call === "log")?.what;
    assert.deepEqual(said?.trim().split("\n").sort(), [
      "LC_ALL=C",
      "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    ]);
  }
});

Deno.test("nothing is written to /tmp, /var/tmp or /dev/shm", { ignore: !HAS_NAMESPACES }, async () => {
  using host = new Host();
  host.handler("10-a", "on: [qemu/start]\nallow: {exec: ['true']}", `event.name; await host.exec("true");`);
  await host.link("qemu", ["v1", "start", "begin", "-"]);
  const list = `find /tmp /var/tmp /dev/shm -path ${host.folder} -prune -o -print | sort`;
  const script = `${list} > /mnt/before; "$@" && ${list} | diff /mnt/before -`;
  const ended = await host.inside(script, [`${host.folder}/hooks/qemu`, "v1", "start", "begin", "-"]);
  assert.deepEqual([ended.code, ended.stderr, ended.stdout], [0, "", ""]);
});

Deno.test("it works under a small stack limit and with few descriptors", async () => {
  using host = new Host();
  host.handler("10-a", "on: [qemu/start]", "const f = () => f(); f();");
  for (const limit of ["-s 8192", "-n 64"]) {
    const ended = await run("/bin/sh", [
      "-c",
      `ulimit ${limit}; exec "$@"`,
      "sh",
      PROGRAM,
      ...host.arguments(START),
    ]);
    assert.equal(ended.code, 1, limit);
    assert.match(
      ended.stderr,
      /^hookvisor: v1: start refused by 10-a: [^\n]*(stack|recursion)[^\n]*\n$/,
      limit,
    );
  }
});

/** A copy that everybody may run: the folders above the program may be closed to others. */
function publicProgram(host: Host): string {
  const path = `${host.folder}/hookvisor`;
  Deno.copyFileSync(PROGRAM, path);
  Deno.chmodSync(path, 0o755);
  Deno.chmodSync(host.folder, 0o755);
  return path;
}

Deno.test("a user who may not read the handlers gets exit 0 and no word", { ignore: !IS_ROOT }, async () => {
  using host = new Host();
  const path = host.handler("10-a", `on: ["*/*"]`, `host.fail("no")`);
  const program = publicProgram(host);
  const calls = [START, ["qemu", "v1", "prepare", "begin", "-"], [
    "network",
    "default",
    "start",
    "begin",
    "-",
  ]];
  const closed: [what: string, path: string, mode: number][] = [
    ["a handler", path, 0o600],
    ["the handlers' directory", host.handlers, 0o700],
    ["the handlers' directory, which may be listed", host.handlers, 0o744],
    ["the configuration's directory", host.config, 0o700],
  ];
  for (const [what, place, mode] of closed) {
    const before = Deno.statSync(place).mode! & 0o7777;
    Deno.chmodSync(place, mode);
    for (const words of calls) {
      const ended = await run(program, host.arguments(words), { uid: NOBODY });
      assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "", ""], `${what}: ${words.join(" ")}`);
    }
    Deno.chmodSync(place, before);
  }
});

Deno.test("a user's daemon passes over a config.yaml it may not read and handlers it should not trust", {
  ignore: !IS_ROOT,
}, async () => {
  using host = new Host();
  const program = publicProgram(host);
  const config = host.file("config.yaml", "timeouts: [\n", 0o600);
  assert.equal((await run(program, host.arguments(START), { uid: NOBODY })).code, 0);
  Deno.removeSync(config);
  const path = host.handler("10-a", `on: ["*/*"]`, `host.fail("no")`);
  Deno.chownSync(path, 1234, 1234);
  const ended = await run(program, host.arguments(START), { uid: NOBODY });
  assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "", ""]);
});
