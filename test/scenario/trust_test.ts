import assert from "node:assert/strict";
import { join } from "node:path";
import { ENVIRONMENT, fixture, Host, PROGRAM, run, type Words } from "./support.ts";

const PREPARE: Words = ["qemu", "v1", "prepare", "begin", "-"];
const XML = fixture("9.0.0/003-qemu-prepare");
const ROOT = Deno.uid() === 0;

/** Runs one handler that may write in `scratch` and reports what each call gave. */
class World extends Host {
  readonly folder2 = this.scratch();

  admin(...words: string[]) {
    const [command = "", ...rest] = words;
    const folders = ["--config-dir", this.config, "--log-dir", this.log, "--state-dir", this.state];
    return run(PROGRAM, [command, ...folders, ...rest]);
  }

  /** What a call of `host` throws, or what it gives. */
  async tries(calls: readonly string[], allow = ""): Promise<string[]> {
    const results = join(this.scratch("results"), "results");
    const list = calls.map((call) =>
      `await (async () => ${call})().then((v) => JSON.stringify(v) ?? "undefined", (e) => (e.code ?? e.name) + " " + e.message)`
    );
    this.handler(
      "10-try",
      `on: [qemu/prepare]\nallow: {write: ["${this.folder2}/**", "${results}"]${allow}}`,
      `await host.fs.write("${results}", JSON.stringify([${list.join(",\n")}]));`,
    );
    const { code, stderr } = await this.hook(PREPARE, { stdin: XML });
    assert.equal(code, 0, stderr);
    return JSON.parse(Deno.readTextFileSync(results));
  }
}

Deno.test("mkdir, remove, rename, chmod and chown do what they say within what is allowed", async () => {
  using world = new World();
  const d = world.folder2;
  const results = await world.tries([
    `host.fs.mkdir("${d}/sub", {mode: 0o700})`,
    `host.fs.mkdir("${d}/sub")`,
    `host.fs.write("${d}/sub/a", "text")`,
    `host.fs.rename("${d}/sub/a", "${d}/sub/b")`,
    `host.fs.chmod("${d}/sub/b", "600")`,
    ...(ROOT ? [`host.fs.chown("${d}/sub/b", "nobody", null)`] : [`null`]),
    `host.fs.stat("${d}/sub/b")`,
    `host.fs.remove("${d}/sub")`,
    `host.fs.remove("${d}/sub/b")`,
    `host.fs.remove("${d}/sub/b")`,
    `host.fs.remove("${d}/sub")`,
  ]);
  assert.deepEqual([...results.slice(0, 6)], ["null", "null", "null", "null", "null", "null"]);
  const status = JSON.parse(results[6]!);
  assert.equal(status.mode, 0o600);
  if (ROOT) assert.equal(status.uid, 65534);
  assert.match(results[7]!, /^ENOTEMPTY/);
  assert.deepEqual(results.slice(8), ["true", "false", "true"]);
});

Deno.test("everything that is no ordinary file, or not allowed, is refused with its reason and nothing is changed", async () => {
  using world = new World();
  const d = world.folder2;
  const outside = join(world.folder, "outside");
  Deno.writeTextFileSync(outside, "mine");
  Deno.mkdirSync(`${d}/dir`);
  Deno.linkSync(outside, `${d}/hard`);
  Deno.symlinkSync(outside, `${d}/soft`);
  Deno.symlinkSync(world.folder, `${d}/way`);
  await run("mkfifo", [`${d}/fifo`]);
  if (ROOT) await run("mknod", [`${d}/device`, "c", "1", "3"]);
  const cases: [string, RegExp][] = [
    [`host.fs.write("${d}/dir", "x")`, /^EISDIR/],
    [`host.fs.write("${d}/hard", "x")`, /2 names \(hard links\)/],
    [`host.fs.append("${d}/hard", "x")`, /2 names \(hard links\)/],
    [`host.fs.chmod("${d}/hard", 0o777)`, /2 names \(hard links\)/],
    [`host.fs.chown("${d}/hard", 0, 0)`, /2 names \(hard links\)/],
    [`host.fs.set("${d}/hard", "x")`, /2 names \(hard links\)/],
    [`host.fs.write("${d}/soft", "x")`, /NotAllowed .*soft resolves to .*outside/],
    [`host.fs.chmod("${d}/soft", 0o777)`, /NotAllowed .*soft resolves to/],
    [`host.fs.set("${d}/soft", "x")`, /NotAllowed .*soft resolves to/],
    [`host.fs.write("${d}/way/outside", "x")`, /NotAllowed .*resolves to/],
    [`host.fs.mkdir("${d}/way/new")`, /NotAllowed .*resolves to/],
    [`host.fs.rename("${d}/dir", "${d}/way/dir")`, /NotAllowed .*resolves to/],
    [`host.fs.rename("${d}/dir", "${world.folder}/dir")`, /NotAllowed/],
    [`host.fs.rename("${d}/dir", "${d}/fifo")`, /fifo/],
    [`host.fs.write("${d}/fifo", "x")`, /is a fifo/],
    [`host.fs.read("${d}/fifo")`, /is a fifo/],
    [`host.fs.write("${d}/../outside", "x")`, /contains \.\./],
    [`host.fs.write("${d}", "x")`, /NotAllowed/],
    [`host.fs.write("${d}//dir/./x/", "x")`, /ENOENT|ENOTDIR|null/],
    [`host.fs.write("${d}/a\\u0000b", "x")`, /NUL/],
    [`host.fs.write("${d}/line\\nend", "x")`, /NotAllowed/],
    [`host.fs.chmod("${d}/dir", 0o4755)`, /mode must be/],
    [`host.fs.chown("${d}/dir", "no-such-user", null)`, /the user .* does not exist/],
    [`host.fs.remove("/etc/passwd")`, /NotAllowed .*add to allow\.write/],
    ...(ROOT ? [[`host.fs.write("${d}/device", "x")`, /is a character device/] as [string, RegExp]] : []),
  ];
  const results = await world.tries(cases.map(([call]) => call));
  cases.forEach(([call, message], i) => assert.match(results[i]!, message, call));
  assert.equal(Deno.readTextFileSync(outside), "mine");
  assert.equal(Deno.statSync(outside).mode! & 0o777, 0o644);
  assert.deepEqual([...Deno.readDirSync(world.folder)].map(({ name }) => name).sort(), [
    "etc",
    "log",
    "outside",
    "results",
    "run",
    "scratch",
  ]);
});

Deno.test("links swapped as fast as they can while a handler writes: nothing outside is ever touched", async () => {
  using world = new World();
  const d = world.folder2;
  Deno.chmodSync(d, 0o777);
  const outside = world.scratch("outside");
  const secret = join(outside, "secret");
  Deno.writeTextFileSync(secret, "untouched", { mode: 0o640 });
  Deno.mkdirSync(`${d}/real`);
  const swap = `cd ${d}; while :; do
    ln -sfn ${outside} way; ln -sf ${secret} file; mkdir -p x; mv -T x way 2> /dev/null
    rm -rf way; ln -sfn real way; rm -f file; echo mine > file; ln -f ${secret} hard; rm -f hard; echo mine > hard
  done`;
  const swapper = new Deno.Command("sh", { args: ["-c", swap], stdout: "null", stderr: "null" }).spawn();
  try {
    const write = (path: string) =>
      ["write", "append", "chmod", "chown", "set", "remove", "mkdir"].map((call) => {
        const args = { chmod: "0o777", chown: "65534, 65534" }[call] ?? `"evil"`;
        return `await host.fs.${call}("${path}", ${call === "mkdir" ? "0o777" : args}).catch(() => {});`;
      }).join("\n");
    world.handler(
      "10-write",
      `on: [qemu/prepare]\nallow: {write: ["${d}/**"]}\ntimeout: 20s`,
      `const end = Date.now() + 4000;
       let n = 0;
       for (; Date.now() < end; n++) { ${write(`${d}/way/secret`)} ${write(`${d}/file`)} ${write(`${d}/hard`)}
         await host.fs.rename("${d}/file", "${d}/way/secret").catch(() => {}); }
       host.log.info("rounds", n);`,
    );
    const { code, stderr } = await world.hook(PREPARE, { stdin: XML });
    assert.equal(code, 0, stderr);
    await world.hook(["qemu", "v1", "release", "end", "-"], { stdin: XML });
  } finally {
    swapper.kill("SIGKILL");
    await swapper.status;
  }
  const rounds = world.records()[0]?.handlers[0];
  console.log(`${rounds?.calls.length} calls recorded, ${rounds?.moreCalls} more`);
  assert.equal(Deno.readTextFileSync(secret), "untouched");
  const status = Deno.statSync(secret);
  assert.equal(status.mode! & 0o777, 0o640);
  assert.equal(status.uid, Deno.uid());
  assert.deepEqual([...Deno.readDirSync(outside)].map(({ name }) => name), ["secret"]);
});

Deno.test("arguments reach a program as they are, and none slips past its rule", async () => {
  using world = new World();
  const allow = `, exec: ["printf %s *", "echo --config=*", "echo safe *"]`;
  const results = await world.tries([
    `(await host.exec("printf", ["%s", "two words 'and' \\"quotes\\" $(id)"])).stdout`,
    `(await host.exec("printf", ["%s", ""])).stdout`,
    `host.exec("printf", ["%s", "--help"])`,
    `host.exec("printf", ["%s", "a", "b"])`,
    `(await host.exec("echo", ["--config=/etc/x"])).stdout`,
    `host.exec("echo", ["safe", "--config=/etc/x"])`,
    `host.exec("echo", ["safe", "-n"])`,
    `host.exec("printf", ["%s", "a\\u0000b"])`,
    `(await host.exec("printf", ["%s", "x".repeat(100000)])).stdout.length`,
    `host.exec("printf", ["%s", "x".repeat(200000)])`,
    `host.exec("/bin/printf/../sh", ["-c", "id"])`,
    `host.exec("sh", ["-c", "id"])`,
  ], allow);
  assert.deepEqual(results.slice(0, 2), [JSON.stringify(`two words 'and' "quotes" $(id)`), `""`]);
  const matches = [
    /not allowed/,
    /not allowed/,
    /--config=\/etc\/x/,
    /not allowed/,
    /not allowed/,
    /NUL/,
    /100000/,
    /E2BIG/,
  ];
  matches.forEach((message, i) => assert.match(results[i + 2]!, message));
  assert.match(results[10]!, /not (allowed|possible)/);
  assert.match(results[11]!, /not allowed/);
});

Deno.test("a command sees no environment but its own, and only what the manifest allows is added", async () => {
  using world = new World();
  world.handler(
    "10-env",
    "on: [qemu/prepare]\nallow: {exec: [env], env: [MINE]}",
    `host.log.info("env", (await host.exec("env", [], {env: {MINE: "x"}})).stdout.trim().split("\\n").sort());
     await host.exec("env", [], {env: {LD_PRELOAD: "/evil.so"}}).catch((e) => host.log.info("refused", e.message));`,
  );
  const ended = await world.hook(PREPARE, {
    stdin: XML,
    env: { ...ENVIRONMENT, SECRET: "s3cret", HOME: "/root" },
  });
  assert.equal(ended.code, 0, ended.stderr);
  const logs = world.record().handlers[0]!.calls.filter(({ call }) => call === "log").map(({ fields }) =>
    fields
  );
  assert.deepEqual(logs[0], ["LC_ALL=C", "MINE=x", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]);
  assert.match(String(logs[1]), /LD_PRELOAD is not allowed.*allow\.env/);
  assert.doesNotMatch(JSON.stringify(world.record()), /s3cret/);
});

Deno.test({
  name:
    "runAs gives a command the user, all their groups, HOME and XDG_RUNTIME_DIR, and nobody who is not named",
  ignore: !ROOT,
  async fn() {
    using world = new World();
    const allow = `, exec: ["id ...", env], runAs: [nobody, no-such-user]`;
    const [ids, env, root, nobody] = await world.tries([
      `(await host.exec("id", ["-Gn"], {runAs: "nobody"})).stdout + (await host.exec("id", ["-un"], {runAs: "nobody"})).stdout`,
      `(await host.exec("env", [], {runAs: "nobody"})).stdout.trim().split("\\n").sort()`,
      `host.exec("id", [], {runAs: "root"})`,
      `host.exec("id", [], {runAs: "no-such-user"})`,
    ], allow);
    assert.match(JSON.parse(ids!), /^nogroup\nnobody\n$/);
    assert.deepEqual(JSON.parse(env!).filter((line: string) => !line.startsWith("XDG")), [
      "HOME=/nonexistent",
      "LC_ALL=C",
      "LOGNAME=nobody",
      "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
      "USER=nobody",
    ]);
    assert.match(root!, /NotAllowed .*allow\.runAs in 10-try: - root/);
    assert.match(nobody!, /user no-such-user does not exist/);
  },
});

Deno.test("policy: what is denied stays denied whatever the manifest says, and libvirt's clients are by default", async () => {
  using world = new World();
  world.file(
    "config.yaml",
    `policy:\n  deny: {exec: [touch], write: ["${world.folder2}/no/**"]}\n  maxTimeout: 300ms\n`,
  );
  const results = await world.tries([
    `host.exec("touch", ["${world.folder2}/x"])`,
    `host.undo("touch", ["${world.folder2}/x"])`,
    `host.exec("virsh", ["list"])`,
    `host.undo("virsh", ["list"])`,
    `host.fs.set("${world.folder2}/no/a", "x")`,
    `host.fs.mkdir("${world.folder2}/no/a")`,
    `host.fs.rename("${world.folder2}/a", "${world.folder2}/no/a")`,
  ], `, exec: ["touch *", "virsh list"]`);
  for (const i of [0, 1, 4, 5]) assert.match(results[i]!, /site's policy denies it/);
  for (const i of [2, 3]) assert.match(results[i]!, /libvirt|no such program/);
  assert.match(results[6]!, /ENOENT|policy/);
  world.handler("10-try", "on: [qemu/prepare]\ntimeout: 20s", "await host.sleep(10000);");
  const { stderr, exitMs } = await world.hook(PREPARE, { stdin: XML });
  assert.match(stderr, /timed out after/);
  assert.ok(exitMs < 5000);
});

Deno.test("approval: required lets a handler run only as it was approved, and diff shows what it may do anew first", async () => {
  using world = new World();
  const handler = (allow: string) => world.handler("10-a", `on: [qemu/prepare]\nallow: {exec: [${allow}]}`);
  handler("id");
  world.file("config.yaml", "policy: {approval: required}\n");
  const call = () => world.hook(PREPARE, { stdin: XML });
  assert.match(
    (await call()).stderr,
    /the handler is not approved: review it, then run "hookvisor approve 10-a"/,
  );
  const approved = await world.admin("approve", "10-a");
  assert.equal(approved.code, 0, approved.stderr);
  assert.match(approved.stdout, /exec id[^]*SHA-256 [0-9a-f]{64}/);
  assert.equal((await call()).code, 0);
  handler("id, modprobe *");
  assert.match((await call()).stderr, /changed after it was approved: run "hookvisor diff 10-a"/);
  const diff = await world.admin("diff", "10-a");
  assert.equal(diff.code, 1);
  assert.match(diff.stdout, /What it may do:\n\+ exec modprobe \*\n/);
  handler("id");
  assert.equal((await call()).code, 0, "the old text is still approved");
  const path = join(world.config, "approvals/10-a.json");
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  Deno.chmodSync(path, 0o666);
  assert.match((await call()).stderr, /its approval is invalid.*can be written by everyone/);
  Deno.chmodSync(path, 0o600);
  assert.equal((await world.admin("approve", "--withdraw", "10-a")).code, 0);
  assert.match((await call()).stderr, /not approved/);
});
