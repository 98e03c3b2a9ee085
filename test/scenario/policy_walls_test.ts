import assert from "node:assert/strict";
import { join } from "node:path";
import { fixture, HAS_NAMESPACES, Host, type Words } from "./support.ts";

// What the policy denies, and what no rule means, must not be had under another name.
const PREPARE: Words = ["qemu", "v1", "prepare", "begin", "-"];
const XML = fixture("9.0.0/003-qemu-prepare");
const ROOT = Deno.uid() === 0;

/** What each call of `host` gives or throws, in a handler with these rules. */
async function tries(
  host: Host,
  allow: Record<string, string[]>,
  calls: readonly string[],
): Promise<string[]> {
  const list = calls.map((call) =>
    `await (async () => ${call})().then((v) => JSON.stringify(v) ?? "undefined", (e) => (e.code ?? e.name) + " " + e.message)`
  );
  host.handler(
    "10-try",
    `on: [qemu/prepare]\nallow: ${JSON.stringify(allow)}`,
    `for (const said of [${list.join(",\n")}]) host.log.info(said);`,
  );
  const { code, stderr } = await host.hook(PREPARE, { stdin: XML });
  assert.equal(code, 0, stderr);
  const calls_ = host.record().handlers[0]?.calls ?? [];
  return calls_.filter(({ call }) => call === "log").map(({ what }) => what);
}

Deno.test("policy.deny holds for what links inside /sys lead to", async () => {
  using host = new Host();
  host.file("config.yaml", "policy:\n  deny: {read: [/sys/devices/**], write: [/sys/devices/**]}\n");
  const path = "/sys/class/net/lo/mtu";
  const results = await tries(host, { write: ["/sys/class/net/*/mtu"] }, [
    `host.fs.read("${path}")`,
    `host.fs.write("${path}", "65536")`,
    `host.fs.set("/sys/class/net/*/mtu", "65536")`,
    `host.fs.chmod("${path}", "644")`,
    `host.fs.stat("${path}")`,
    `host.fs.exists("${path}")`,
  ]);
  for (const said of results) {
    assert.match(said, /^NotAllowed .*resolves to \/sys\/devices\/.*policy denies it/);
  }
  assert.equal(results.length, 6);
});

Deno.test("what leads out of a process's directory in /proc is refused unless a rule names it", async () => {
  using host = new Host();
  const secret = join(host.scratch(), "secret");
  Deno.writeTextFileSync(secret, "secret");
  const calls = [
    `host.fs.read("/proc/self/root${secret}")`,
    `host.fs.read("/proc/self/root/sys/class/net/lo/mtu")`,
    `host.fs.read("/proc/1/cwd/etc/passwd")`,
    `host.fs.readlink("/proc/self/exe")`,
    `host.fs.list("/proc/self/fd/*")`,
    `host.fs.read("/proc/thread-self/root/proc/version")`,
    `host.fs.read("/proc/self/task/" + (await host.fs.readlink("/proc/thread-self")).split("/").at(-1) + "/comm")`,
    `host.fs.read("/proc/self/status").then((text) => text.slice(0, 5))`,
    `host.fs.read("/proc/sys/kernel/ostype")`,
  ];
  const results = await tries(host, { read: ["/proc/**"] }, calls);
  for (const said of results.slice(0, 7)) {
    assert.match(said, /^NotAllowed .*leads out of \/proc, and no rule names it/);
  }
  assert.deepEqual(results.slice(7), ['"Name:"', '"Linux\\n"']);
  const named = await tries(host, { read: ["/proc/*/root/sys/class/**", "/proc/self/exe"] }, [
    `host.fs.read("/proc/self/root/sys/class/net/lo/mtu")`,
    `host.fs.readlink("/proc/self/exe").then((path) => path.endsWith("/hookvisor"))`,
  ]);
  assert.match(named[0]!, /resolves to \/sys\/.*not allowed/, "and where it leads must be allowed as well");
  assert.equal(named[1], "true");
});

Deno.test("a directory is renamed only where everything below it may be written, and nothing there is denied", async () => {
  using host = new Host();
  const d = host.scratch();
  const make = () => {
    for (const name of ["f", "f/dir", "e"]) Deno.mkdirSync(join(d, name), { recursive: true });
    Deno.writeTextFileSync(join(d, "f/dir/secret"), "secret");
  };
  make();
  const move = `host.fs.rename("${d}/f/dir", "${d}/e/dir")`;
  const read = `host.fs.read("${d}/e/dir/secret")`;
  // Rules for the directories themselves, not for what is in the first.
  const own = await tries(host, { write: [`${d}/f/dir`, `${d}/e/dir`], read: [`${d}/e/**`] }, [move, read]);
  assert.match(own[0]!, /^NotAllowed .*writing everything below .*f\/dir is not allowed/);
  assert.match(own[1]!, /^ENOENT/);
  for (const access of ["read", "write"]) {
    host.file("config.yaml", `policy:\n  deny: {${access}: ["${d}/f/dir/secret"]}\n`);
    const denied = await tries(host, { write: [`${d}/**`] }, [move, read]);
    assert.match(denied[0]!, /^NotAllowed .*part of .*f\/dir is denied/);
    assert.match(denied[1]!, /^ENOENT/);
  }
  host.file("config.yaml", `policy:\n  deny: {read: ["${d}/f/dir/secret"]}\n`);
  const file = await tries(host, { write: [`${d}/**`] }, [
    `host.fs.rename("${d}/f/dir/secret", "${d}/e/open")`,
    `host.fs.read("${d}/e/open")`,
  ]);
  assert.match(file[0]!, /^NotAllowed .*is denied/);
  assert.match(file[1]!, /^ENOENT/);
  Deno.removeSync(join(host.config, "config.yaml"));
  const allowed = await tries(host, { write: [`${d}/**`] }, [move, read]);
  assert.deepEqual(allowed, ["null", '"secret"']);
});

Deno.test("a rule of policy.deny that is spelt through a link denies what the link leads to", async () => {
  using host = new Host();
  const d = host.scratch();
  for (const name of ["real/x", "real/y", "more"]) Deno.mkdirSync(join(d, name), { recursive: true });
  for (const file of ["real/x/a", "real/y/a", "more/a"]) Deno.writeTextFileSync(join(d, file), "secret");
  Deno.symlinkSync("real", join(d, "link"));
  Deno.symlinkSync("../more", join(d, "real/through"));
  Deno.symlinkSync("link", join(d, "twice"));
  const rules = [`${d}/link/x/**`, `${d}/twice/y/a`, `${d}/lin*/thr*/**`];
  host.file("config.yaml", `policy:\n  deny: ${JSON.stringify({ read: rules, write: rules })}\n`);
  const names = ["real/x/a", "link/x/a", "twice/x/a", "real/y/a", "link/y/a", "more/a", "real/through/a"];
  const results = await tries(host, { write: [`${d}/**`] }, [
    ...names.map((name) => `host.fs.read("${d}/${name}")`),
    ...names.map((name) => `host.fs.write("${d}/${name}", "changed")`),
    `host.fs.write("${d}/real/x/new", "new")`,
    `host.fs.write("${d}/real/other", "fine")`,
  ]);
  for (const said of results.slice(0, -1)) assert.match(said, /^NotAllowed .*policy denies it/);
  assert.equal(results.at(-1), "null");
  assert.equal(results.length, 16);
});

Deno.test("a link that a denying rule leads through is neither removed nor renamed nor replaced", async () => {
  using host = new Host();
  const d = host.scratch();
  for (const name of ["data", "way", "other"]) Deno.mkdirSync(join(d, name));
  Deno.writeTextFileSync(join(d, "data/secret"), "secret");
  Deno.writeTextFileSync(join(d, "way/file"), "");
  Deno.symlinkSync("second", join(d, "way/first"));
  Deno.symlinkSync("../data", join(d, "way/second"));
  Deno.symlinkSync("../data", join(d, "way/free"));
  host.file("config.yaml", `policy:\n  deny: {read: ["${d}/way/first/secret"]}\n`);
  const denied = await tries(host, { write: [`${d}/**`] }, [
    `host.fs.read("${d}/data/secret")`,
    ...["first", "second"].flatMap((link) => [
      `host.fs.remove("${d}/way/${link}")`,
      `host.fs.rename("${d}/way/${link}", "${d}/other/${link}")`,
      `host.fs.rename("${d}/way/file", "${d}/way/${link}")`,
      `host.fs.rename("${d}/way/free", "${d}/way/${link}")`,
    ]),
  ]);
  for (const said of denied) assert.match(said, /^NotAllowed .*is denied/);
  assert.equal(denied.length, 9);
  assert.deepEqual(
    await tries(host, { write: [`${d}/**`] }, [
      `host.fs.rename("${d}/way/free", "${d}/other/free")`,
      `host.fs.remove("${d}/other/free")`,
    ]),
    ["null", "true"],
  );
});

Deno.test("policy.deny holds through every mount of a directory, and of a whole file system", {
  ignore: !HAS_NAMESPACES || !ROOT,
}, async () => {
  using host = new Host();
  const d = host.scratch();
  Deno.mkdirSync(join(d, "deep"));
  for (const name of ["secret", "deep/secret"]) Deno.writeTextFileSync(join(d, name), "secret");
  host.file(
    "config.yaml",
    `policy:\n  deny: {read: ["${d}/**", "/sys/**"], write: ["/mnt/first/**"]}\n`,
  );
  host.handler(
    "10-try",
    `on: [qemu/prepare]\nallow: {read: ["/mnt/*/**"], write: ["${d}/**", "/mnt/second/**"], exec: [mount ...]}`,
    `await host.exec("mount", ["--bind", "${d}", "/mnt/late"]);
     for (const call of [
       () => host.fs.read("/mnt/first/secret"),
       () => host.fs.read("/mnt/second/secret"),
       () => host.fs.read("/mnt/late/secret"),
       () => host.fs.list("/mnt/late/*"),
       () => host.fs.read("/mnt/sys/kernel/mm/transparent_hugepage/enabled"),
       () => host.fs.write("${d}/secret", "changed"),
       () => host.fs.write("/mnt/second/secret", "changed"),
       () => host.fs.rename("/mnt/second/secret", "/mnt/second/other"),
     ]) host.log.info(await call().then(() => "done", (e) => e.name + " " + e.message));`,
  );
  const script = `mkdir /mnt/first /mnt/second /mnt/late /mnt/sys
mount --bind "$2" /mnt/first; mount --bind "$2/deep" /mnt/second; mount -t sysfs none /mnt/sys
exec "$1" v1 prepare begin -`;
  const { code, stderr } = await host.inside(script, [host.hookLink(), d]);
  assert.equal(code, 0, stderr);
  const said = host.record().handlers[0]!.calls.filter(({ call }) => call === "log").map(({ what }) => what);
  assert.equal(said.length, 8);
  for (const one of said) assert.match(one, /^NotAllowed .*is denied/);
  assert.equal(Deno.readTextFileSync(join(d, "secret")), "secret");
});

Deno.test("a program that the policy denies does not run under the name of a file that it is mounted on", {
  ignore: !HAS_NAMESPACES || !ROOT,
}, async () => {
  using host = new Host();
  host.file("config.yaml", "policy: {deny: {exec: [id]}}\n");
  host.handler(
    "10-try",
    "on: [qemu/prepare]\nallow: {exec: [/mnt/other, /mnt/bin/id]}",
    `for (const program of ["/mnt/other", "/mnt/bin/id"]) {
       host.log.info(await host.exec(program, []).then(() => "ran", (e) => e.name + " " + e.message));
     }
     await host.undo("/mnt/other", []).then(() => host.log.info("held"), (e) => host.log.info(e.name + " " + e.message));`,
  );
  const script = `touch /mnt/other; mount --bind /usr/bin/id /mnt/other
mkdir /mnt/bin; mount --bind /usr/bin /mnt/bin; exec "$1" v1 prepare begin -`;
  const { code, stderr } = await host.inside(script, [host.hookLink()]);
  assert.equal(code, 0, stderr);
  const said = host.record().handlers[0]!.calls.filter(({ call }) => call === "log").map(({ what }) => what);
  assert.equal(said.length, 3);
  for (const one of said) assert.match(one, /^NotAllowed .*is denied/);
});

Deno.test("where a denying rule matches too many paths to look for links among them, all is denied", async () => {
  using host = new Host();
  const d = host.scratch();
  const many = host.scratch("many");
  for (let i = 0; i < 10_000; i++) Deno.mkdirSync(join(many, `a${i}`));
  Deno.symlinkSync(d, join(many, "z"));
  Deno.writeTextFileSync(join(d, "secret"), "secret");
  host.file("config.yaml", `policy:\n  deny: {read: ["${many}/*/**"]}\n`);
  const [said] = await tries(host, { read: [`${d}/*`] }, [`host.fs.read("${d}/secret")`]);
  assert.match(said!, /^NotAllowed .*which matches too many paths to follow the links/);
  for (let i = 0; i < 20; i++) Deno.removeSync(join(many, `a${i}`));
  const [other] = await tries(host, { read: [`${d}/*`] }, [`host.fs.read("${d}/secret")`]);
  assert.match(other!, /^NotAllowed .*policy denies it/);
  assert.doesNotMatch(other!, /too many/);
});

Deno.test("half a character in a path is refused: the kernel would get another one", async () => {
  using host = new Host();
  const d = host.scratch();
  Deno.writeTextFileSync(join(d, "x\ufffd"), "secret");
  host.file("config.yaml", `policy:\n  deny: {read: ["${d}/x\ufffd"]}\n`);
  const [said] = await tries(host, { read: [`${d}/*`] }, [`host.fs.read("${d}/x\\ud800")`]);
  assert.match(said!, /^TypeError .*half a character/);
});

Deno.test("a text of host.fs.undo is not written where a denying rule leads there by another link", {
  ignore: !HAS_NAMESPACES || !ROOT,
}, async () => {
  using host = new Host();
  // Through the link `subsystem`, which no rule of the policy names.
  const path = "/sys/devices/virtual/net/lo/subsystem/lo/tx_queue_len";
  host.handler(
    "10-try",
    `on: [qemu/prepare]\nallow: {write: ["/sys/devices/virtual/net/**"], read: ["/sys/class/net/lo/*"]}`,
    `await host.fs.undo("${path}", "77\\n");`,
  );
  const script = `exec unshare --net sh -c 'mount -t sysfs none /sys
"$1" v1 prepare begin - || exit 9
echo "$2" > /etc/hookvisor/config.yaml
"$1" v1 release end -; cat /sys/class/net/lo/tx_queue_len' sh "$@"`;
  const play = (config: string) => host.inside(script, [host.hookLink(), config]);
  const { stdout, stderr } = await play(`policy: {deny: {write: ["/sys/class/net/*/tx_queue_len"]}}`);
  assert.match(host.record().undone?.[0]?.error ?? "", /policy denies it/);
  assert.doesNotMatch(stdout, /77/, stderr);
  assert.match((await play("{}")).stdout, /77/);
});

Deno.test("fs.list gives no names from behind a link that leads out of what may be read", async () => {
  using host = new Host();
  const d = host.scratch();
  for (const name of ["in", "out"]) Deno.mkdirSync(join(d, name));
  Deno.writeTextFileSync(join(d, "out/hidden"), "");
  Deno.writeTextFileSync(join(d, "in/seen"), "");
  Deno.symlinkSync("../out", join(d, "in/link"));
  const results = await tries(host, { read: [`${d}/in/**`] }, [
    `host.fs.list("${d}/in/*")`,
    `host.fs.list("${d}/in/*/*")`,
    `host.fs.list("${d}/in/link/*")`,
  ]);
  assert.deepEqual(JSON.parse(results[0]!), [`${d}/in/link`, `${d}/in/seen`]);
  for (const said of results.slice(1)) assert.doesNotMatch(said, /hidden"/);
  for (const said of results.slice(1)) assert.match(said, /^\[\]|^NotAllowed/);
});

Deno.test("a hard link in a directory of another user's is not read", { ignore: !ROOT }, async () => {
  using host = new Host();
  const d = host.scratch();
  const secret = join(d, "secret");
  Deno.writeTextFileSync(secret, "secret");
  const theirs = join(d, "theirs");
  Deno.mkdirSync(theirs, { mode: 0o755 });
  Deno.linkSync(secret, join(theirs, "config"));
  const read = `host.fs.read("${theirs}/config")`;
  assert.deepEqual(
    await tries(host, { read: [`${theirs}/*`] }, [read]),
    ['"secret"'],
    "root's own directory",
  );
  Deno.chownSync(theirs, 65534, 65534);
  assert.match(
    (await tries(host, { read: [`${theirs}/*`] }, [read]))[0]!,
    /^EINVAL .*2 names \(hard links\)/,
  );
});
