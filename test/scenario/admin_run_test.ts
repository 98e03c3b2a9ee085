import assert from "node:assert/strict";
import { domainXml, handler, run, World } from "./admin_world.ts";

Deno.test("run shows what a call would do, handler by handler, and what libvirt would do with it", () => {
  using world = new World();
  world.write(
    "10-a.js",
    handler("on: [qemu/prepare]\nallow: {exec: [echo *]}", `  await host.exec("echo", ["hi"]);`),
  );
  world.write("20-b.js", handler("on: [qemu/prepare]", `  host.fail("no room");`));
  world.write("30-c.js", handler("on: [qemu/prepare]", ""));
  world.write("40-d.js", handler("on: [qemu/prepare]\nguests: [other]", ""));
  world.write("50-e.js", handler("on: [qemu/release]", ""));
  const { code, stdout } = world.admin("run", "qemu/prepare", "--guest", "win11");
  assert.equal(code, 1);
  for (
    const part of [
      /^qemu\/prepare {2}win11\n/,
      /✔ 10-a {2}success/,
      /└─ exec echo hi → exit 0 .*ms\n/,
      /✘ 20-b {2}fail, aborts/,
      /· 30-c {2}not run: 20-b failed first\n/,
      /· 40-d {2}not run: guests does not match "win11"\n/,
      /· 50-e {2}not run: on does not name qemu\/prepare\n/,
      /verdict {2}abort; exit code 1/,
      /reason {3}win11: prepare refused by 20-b: no room/,
      /libvirt {2}does not start the guest/,
      /xml {6}a small generated sample/,
    ]
  ) assert.match(stdout, part);
  assert.throws(() => world.read("log/events.jsonl"), "a play leaves no record unless asked");
});

Deno.test("run --dry-run checks everything, changes nothing and lists what it left out", () => {
  using world = new World();
  const file = world.write("files/one", "old");
  const mark = `${world.root}/files/mark`;
  const allow = `allow: {exec: [touch *], write: ["${world.root}/files/*"]}`;
  world.write(
    "10-a.js",
    handler(
      `on: [qemu/prepare]\n${allow}`,
      `
  await host.exec("touch", ["${mark}"]);
  await host.undo("touch", ["${mark}"]);
  await host.fs.write("${file}", "new");
  await host.fs.set("${world.root}/files/o*", "set");
  await host.state.set("key", 1);
  host.log.info(String(await host.state.get("key")));
  await host.lock("x", () => host.fs.append("${file}", "more"));
  await host.fs.write("/etc/passwd", "x");`,
    ),
  );
  const { code, stdout } = world.admin("run", "qemu/prepare", "--dry-run", "--guest", "g");
  assert.equal(code, 1, stdout);
  for (
    const part of [
      /10-a {2}run touch .*\/files\/mark\n/,
      /10-a {2}run touch .*\/files\/mark when the guest\s+is gone\n/,
      /10-a {2}write "new" to .*\/files\/one\n/,
      /10-a {2}set .*\/files\/one to "set" until the guest\s+is gone\n/,
      /10-a {2}append "more" to .*\/files\/one\n/,
      /log info 1\n/,
      /writing \/etc\/passwd is not allowed; add to\s+allow\.write/,
    ]
  ) assert.match(stdout.replace(/\n {4}(?=\S)/g, " "), part);
  assert.equal(world.read("files/one"), "old");
  assert.throws(() => Deno.statSync(mark));
  assert.deepEqual([...Deno.readDirSync(`${world.root}/state`)], []);
});

Deno.test("run --root plays below another root, and no link leads out of it", () => {
  using world = new World();
  const root = `${world.root}/copy`;
  world.write("copy/sys/power/state", "old");
  world.write("copy/etc/inside", "the copy's own\n");
  Deno.symlinkSync("/etc/inside", `${root}/sys/absolute`);
  Deno.symlinkSync("../../../../../../../../etc/inside", `${root}/sys/climbing`);
  world.write(
    "10-a.js",
    handler(
      "on: [qemu/prepare]\nallow: {write: [/sys/power/state], read: [/sys/absolute, /sys/climbing, /etc/inside]}",
      `
  await host.fs.write("/sys/power/state", "new");
  host.log.info(await host.fs.read("/sys/absolute") + await host.fs.read("/sys/climbing"));
  host.log.info(JSON.stringify(await host.fs.list("/sys/*")));`,
    ).replace("read: [", "read: [/sys/*, "),
  );
  const { code, stdout } = world.admin("run", "qemu/prepare", "--root", root);
  assert.equal(code, 0, stdout);
  assert.equal(world.read("copy/sys/power/state"), "new");
  assert.match(stdout, /the copy's own\\nthe copy's own/);
  assert.match(stdout, /\["\/sys\/absolute","\/sys\/climbing","\/sys\/power"\]/);
});

Deno.test("run takes the XML from a file, from a kept call, or makes a sample", () => {
  using world = new World();
  world.write("config/config.yaml", "record: true\n");
  world.write("10-a.js", handler("on: [qemu/prepare]", `  host.log.info(event.uuid);`));
  const file = world.write("vm.xml", domainXml("from-file"));
  const fromFile = world.admin("run", "qemu/prepare", "--xml", file);
  assert.match(fromFile.stdout, /^qemu\/prepare {2}from-file\n[^]*11111111-2222/);
  const xml = domainXml("real").replace(
    "</domain>",
    "<devices><graphics type='vnc' passwd='hunter2'/></devices></domain>",
  );
  assert.equal(world.hook(["qemu", "real", "prepare", "begin", "-"], xml).code, 0);
  const kept = world.admin("run", "qemu/prepare", "--guest", "real");
  assert.match(kept.stdout, /11111111-2222[^]*xml {6}the call [0-9a-z]+-[0-9a-z]{4} of .*, secrets masked\n/);
  const sample = world.admin("run", "qemu/prepare", "--guest", "real", "--sample");
  assert.doesNotMatch(sample.stdout, /11111111-2222/);
});

Deno.test("record: true keeps real calls for root only, masked, and replay plays them", () => {
  using world = new World();
  world.write("config/config.yaml", "record: {keep: 3}\n");
  world.write(
    "10-a.js",
    handler("on: [qemu/*]", `  host.log.info(event.xml.includes("***") ? "masked" : "open");`),
  );
  const xml = (name: string) =>
    domainXml(name).replace(
      "</domain>",
      "<devices><graphics type='vnc' passwd='hunter2'/></devices></domain>",
    );
  for (const name of ["a", "b", "c", "d"]) world.hook(["qemu", name, "prepare", "begin", "-"], xml(name));
  const directory = `${world.root}/log/calls`;
  assert.equal(Deno.statSync(directory).mode! & 0o777, 0o700);
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name);
  assert.equal(names.length, 3);
  for (const name of names) {
    assert.equal(Deno.statSync(`${directory}/${name}`).mode! & 0o777, 0o600);
    const text = Deno.readTextFileSync(`${directory}/${name}`);
    assert.ok(!text.includes("hunter2"));
    assert.deepEqual(
      JSON.parse(text).environment,
      ["LC_ALL", "PATH", "PWD"].filter((n) => text.includes(`"${n}"`)),
    );
  }
  const newest = world.admin("replay");
  assert.equal(newest.code, 0, newest.stderr);
  assert.match(newest.stdout, /^qemu\/prepare {2}d\n[^]*log info masked/);
  const list = world.admin("replay", "--list");
  assert.equal(list.stdout.trimEnd().split("\n").length, 4);
  const id = /^(\S+).* b +\d+$/m.exec(list.stdout)![1]!;
  assert.match(world.admin("replay", id, "--dry-run").stdout, /^qemu\/prepare {2}b\n/);
  assert.equal(world.admin("replay", "nope").code, 1);
});

Deno.test("nothing is kept of a call unless config.yaml says so", () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/*]", ""));
  world.hook(["qemu", "a", "prepare", "begin", "-"], domainXml("a"));
  assert.throws(() => Deno.statSync(`${world.root}/log/calls`));
  assert.match(world.admin("replay").stderr, /no call is stored in .*record: true in config\.yaml/);
});

Deno.test("run --json gives the record, what was not done, and the XML that libvirt would get", () => {
  using world = new World();
  world.write(
    "10-a.js",
    handler("on: [qemu/migrate]\nallow: {xml: true}", `  host.xml.set("description", "moved");`),
  );
  const { code, stdout } = world.admin("run", "qemu/migrate", "--json", "--guest", "g", "--log");
  const told = JSON.parse(stdout);
  assert.equal(code, 0, stdout);
  assert.equal(told.verdict, "success");
  assert.match(told.xml, /<description>moved<\/description>/);
  assert.match(told.handlers[0].xmlDiff, /^\+ +<description>moved/m);
  assert.equal(JSON.parse(world.read("log/events.jsonl")).id, told.id);
});

Deno.test("run plays every operation there is with its sample, and refuses what is none", () => {
  using world = new World();
  world.write(
    "10-a.js",
    handler(`on: ["*/*"]`, `  host.log.info(event.name + " " + (event.xml.length > 0));`),
  );
  for (
    const what of [
      "qemu/restore",
      "lxc/start",
      "network/port-created",
      "network/started",
      "daemon/reload",
      "bhyve/stopped",
    ]
  ) {
    const { code, stdout } = world.admin("run", what);
    assert.equal(code, 0, stdout);
  }
  for (const what of ["qemu", "qemu/*", "qemu/strat", "nope/start"]) {
    assert.equal(world.admin("run", what).code, 2, what);
  }
  assert.equal(run(["run"]).code, 2);
});

Deno.test("run --handler plays one handler only, and knows which there are", () => {
  using world = new World();
  for (const name of ["10-a", "20-b"]) world.write(`${name}.js`, handler("on: [qemu/prepare]", ""));
  const { code, stdout } = world.admin("run", "qemu/prepare", "--handler", "20-b.js");
  assert.equal(code, 0);
  assert.match(stdout, /✔ 20-b {2}success[^]*· 10-a {2}not run: --handler names 20-b only/);
  const wrong = world.admin("run", "qemu/prepare", "--handler", "20-x");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /no handler 20-x; did you mean 20-b\?/);
});

Deno.test("run leaves alone what a running guest holds, and brings back what one that is gone held", async () => {
  using world = new World();
  const file = world.write("files/governor", "powersave");
  const allow = `allow: {write: ["${file}"]}`;
  world.write(
    "10-a.js",
    handler(`on: [qemu/prepare]\n${allow}`, `  await host.fs.set("${file}", "performance");`),
  );
  assert.equal(world.hook(["qemu", "g", "prepare", "begin", "-"], domainXml("g")).code, 0);
  assert.equal(world.read("files/governor"), "performance");

  const guest = new Deno.Command("sh", { args: ["-c", "sleep 60; :", "guest=g"], stdin: "null" }).spawn();
  world.write("libvirt/qemu/g.pid", `${guest.pid}\n`);
  const release = ["qemu/release", "--guest", "g", "--libvirt-run-dir", `${world.root}/libvirt`];
  try {
    assert.match(
      world.admin("run", ...release).stdout,
      /note +g is running, so the changes it holds were kept/,
    );
    assert.equal(world.read("files/governor"), "performance");
  } finally {
    guest.kill("SIGKILL");
    await guest.status;
  }
  assert.equal(world.admin("run", ...release, "--dry-run").code, 0);
  assert.equal(world.read("files/governor"), "performance");
  assert.match(world.admin("run", ...release).stdout, /10-a {2}undone: .*governor/);
  assert.equal(world.read("files/governor"), "powersave");
});
