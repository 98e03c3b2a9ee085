import assert from "node:assert/strict";
import { handler, World } from "./admin_world.ts";

Deno.test("check tells every problem at once, with place, line and caret, and exits 1", () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/prepare, qemu/strat]\ntiemout: 5s", ""));
  world.write("20-b.js", `${handler("on: [qemu/prepare]", "")}let = ;\n`);
  world.write("config/config.yaml", "timeots: {}\n");
  const { code, stdout } = world.admin("check");
  assert.equal(code, 1);
  assert.match(
    stdout,
    /10-a\.js:2:28: error: qemu has no operation "strat"\n {4}2 \| \/\/ on: .*\n {6}\| {28}\^\n/,
  );
  assert.match(
    stdout,
    /10-a\.js:3:4: error: unknown key "tiemout".*\n.*\n.*\n {2}help: did you mean timeout\?/,
  );
  assert.match(stdout, /20-b\.js:\d+:\d+: error: SyntaxError/);
  assert.match(stdout, /config\.yaml:1:1: error: unknown key "timeots"/);
  assert.match(stdout, /2 handlers, 4 errors, 0 warnings/);
});

Deno.test("check warns of dangerous grants, and only --strict fails for them", () => {
  using world = new World();
  const rules = `on: [qemu/prepare]
allow:
  exec: [sh -c *, python3.11 ..., systemctl *, env ..., systemctl restart nfs, modprobe vfio-pci]
  write: [/etc/**, /sys/devices/system/cpu/cpu*/online]
  read: [/**]
  env: [LD_PRELOAD]`;
  world.write("10-a.js", handler(rules, ""));
  const { code, stdout } = world.admin("check");
  assert.equal(code, 0, stdout);
  for (
    const part of [
      /warning: exec: sh is a shell/,
      /warning: exec: python3\.11 is an interpreter/,
      /warning: exec: "systemctl \*" allows everything/,
      /warning: exec: env runs other programs/,
      /warning: write: \/etc\/\*\* lets the handler change \/etc\/passwd/,
      /warning: read: \/\*\* lets the handler read \/etc\/shadow/,
      /warning: env: LD_PRELOAD can make .* run code/,
      /1 handler, 0 errors, 7 warnings/,
    ]
  ) assert.match(stdout, part);
  assert.equal(world.admin("check", "--strict").code, 1);
});

Deno.test("check warns of a handler whose failure would cost a guest's saved state", () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/prepare, qemu/restore]\nonFailure: abort", ""));
  world.write("20-b.js", handler("on: [qemu/restore]", ""));
  const { code, stdout } = world.admin("check", "--strict");
  assert.equal(code, 1, stdout);
  assert.match(stdout, /10-a\.js:\d+:\d+: warning: a failure of this handler aborts qemu\/restore/);
  assert.match(stdout, /2 handlers, 0 errors, 1 warning\n/);
  world.write("config/config.yaml", "onFailure: {qemu/restore: abort}\n");
  assert.match(
    world.admin("check").stdout,
    /20-b\.js:\d+:\d+: warning: a failure of this handler aborts qemu\/restore/,
  );
});

Deno.test("check warns of handlers that can never match, of shadowed order, of options and time-outs", () => {
  using world = new World();
  const write = "allow: {write: [/run/one/file]}";
  world.write("10-a.js", handler(`on: [qemu/prepare]\n${write}\ntimeout: 3m`, "host.options.cores;"));
  world.write("20-b.js", handler(`on: ["qemu/*"]\nguests: ["uuid:12"]\n${write}`, ""));
  world.write("30-c.js", handler("on: [network/start]\nguests: [a]", ""));
  world.write("40-e.js", handler("on: [daemon/start]\nwhen: {hostdev: true}", ""));
  world.write("config/config.yaml", "options:\n  40-d: {x: 1}\n");
  const { code, stdout } = world.admin("check");
  assert.equal(code, 0, stdout);
  for (
    const part of [
      /10-a\.js:4:4: warning: timeout 3m is cut to 2m in qemu\/prepare by policy\.maxTimeout/,
      /the manifest has no option cores; it has none/,
      /guests: "uuid:12" can match no UUID/,
      /guests has no effect/,
      /40-e\.js:3:4: warning: when never matches: the daemon's calls have no XML/,
      /write: \/run\/one\/file is also written by 10-a; in qemu\/prepare 20-b runs after 10-a and wins/,
      /config\.yaml:2:\d+: warning: options for "40-d", which is not a handler here/,
    ]
  ) assert.match(stdout, part);
});

Deno.test("check FILE looks at a file wherever it lies, and runs nothing of it", () => {
  using world = new World();
  const trace = `${world.root}/trace`;
  const file = world.write(
    "elsewhere/20-x.js",
    `// ---\n// on: [qemu/start]\n// allow: {write: ["${trace}"]}\n// ---\nhost.fs.write("${trace}", "");\nwhile (true);\nexport default () => {};\n`,
  );
  const { code, stdout } = world.admin("check", file);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /20-x +qemu\/start +write \/.*trace/);
  assert.throws(() => Deno.statSync(trace));
});

Deno.test("check warns of calls that do not exist, and of calls that no rule allows", () => {
  using world = new World();
  world.write(
    "10-a.js",
    handler(
      "on: [qemu/prepare]",
      `  await host.fs.raed("/x");\n  await host.exec("true");\n  host.log.info("x");`,
    ),
  );
  const { code, stdout } = world.admin("check");
  assert.equal(code, 0, stdout);
  assert.match(
    stdout,
    /10-a\.js:\d+:9: warning: host\.fs\.raed does not exist\n.*\n.*\n {2}help: did you mean host\.fs\.read\?/,
  );
  assert.match(stdout, /warning: host\.exec is always refused: allow\.exec is missing/);
  assert.match(stdout, /1 handler, 0 errors, 2 warnings/);
  assert.match(stdout, /nothing but event, fail, lock, log, sleep, state/);
});

Deno.test("check --json gives issues and what handlers may do to a program", () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/prepare]\nallow: {exec: [bash]}", ""));
  const { code, stdout } = world.admin("check", "--json");
  const told = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.deepEqual([told.ok, told.errors, told.warnings], [true, 0, 1]);
  assert.equal(told.issues[0].line, 3);
  assert.deepEqual(told.handlers[0].may, ["exec bash"]);
});

Deno.test("check refuses handlers that somebody else could have written", () => {
  using world = new World();
  Deno.chmodSync(world.write("10-a.js", handler("on: [qemu/prepare]", "")), 0o666);
  const { code, stdout } = world.admin("check");
  assert.equal(code, 1);
  assert.match(stdout, /can be written by everyone.*\n {2}help: chmod go-w/);
});

Deno.test("check reads the path of when, which fails every call when it cannot be read", () => {
  using world = new World();
  world.write("10-a.js", handler(`on: [qemu/prepare]\nwhen: {path: "devices/disk[@"}`, ""));
  const { code, stdout } = world.admin("check");
  assert.equal(code, 1);
  assert.match(stdout, /10-a\.js:3:17: error: when\.path: /);
});
