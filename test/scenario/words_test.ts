import assert from "node:assert/strict";
import { domainXml, handler, run, World } from "./admin_world.ts";
import { HAS_NAMESPACES, Host } from "./support.ts";

const START = ["qemu", "g", "start", "begin", "-"];

/** What a handler with this body says when its operation is given up. */
function refusal(body: string, manifest = "on: [qemu/start]"): string {
  using world = new World();
  world.write("10-a.js", handler(manifest, body));
  return world.hook(START, domainXml("g")).stderr;
}

Deno.test("console and host.log() go to the record", () => {
  using world = new World();
  world.write(
    "10-a.js",
    `${
      handler(
        "on: [qemu/start]",
        `console.log("a", 1, {b: [2]}); console.warn("w"); console.error(new Error("e")); console.debug(); host.log("text", {x: 1});`,
      )
    }console.info("top");\n`,
  );
  assert.equal(world.hook(START, domainXml("g")).code, 0);
  const { calls } = JSON.parse(world.read("log/events.jsonl")).handlers[0];
  assert.deepEqual(calls.map(({ level, what, fields }: Record<string, unknown>) => [level, what, fields]), [
    ["info", "top", undefined],
    ["info", 'a 1 {"b":[2]}', undefined],
    ["warn", "w", undefined],
    ["error", "Error: e", undefined],
    ["debug", "", undefined],
    ["info", "text", { x: 1 }],
  ]);
});

Deno.test("what other JavaScript has and handlers have not is answered with what they have", () => {
  const table: [body: string, says: RegExp][] = [
    ["setTimeout(() => {}, 10);", /setTimeout.*not defined: wait with await host\.sleep\(ms\)/],
    ["setInterval(() => {}, 10);", /host\.waitFor/],
    [`require("fs");`, /a handler is a single file without modules/],
    [`await import("node:fs");`, /cannot import: what reaches the host is in host/],
    [`await fetch("http://localhost/");`, /host\.exec runs curl/],
    ["process.env.HOME;", /host\.options/],
  ];
  for (const [body, says] of table) assert.match(refusal(body), says, body);
});

Deno.test("a command line for a shell is answered with the call it must be", () => {
  const table: [call: string, says: string][] = [
    [
      `host.exec("systemctl restart foo")`,
      `no shell runs it: give the program and its arguments separately: host.exec("systemctl", ["restart", "foo"])`,
    ],
    [`host.exec("touch '/tmp/a b'", ["c"])`, `host.exec("touch", ["/tmp/a b", "c"])`],
    [`host.undo("systemctl start foo")`, `host.undo("systemctl", ["start", "foo"])`],
    [`host.exec("echo a | cat")`, "instead of a pipe, pass one call's stdout to the next: {stdin: stdout}"],
    [`host.exec("echo 1 > /sys/x")`, "host.fs.write"],
    [`host.exec("modprobe a && modprobe b")`, "one call for each command"],
    [`host.exec("/usr/bin/echo a")`, `host.exec("/usr/bin/echo", ["a"])`],
  ];
  for (const [call, says] of table) {
    const said = refusal(`await ${call};`, "on: [qemu/start]\nallow: {exec: [systemctl *, echo *]}");
    assert.ok(said.includes(says), said);
  }
});

Deno.test("check warns of a program's name with a space, and says how a text with a colon is written", () => {
  using world = new World();
  world.write("10-a.js", handler(`on: [qemu/start]\nallow:\n  exec: ["'systemctl restart foo'"]`, ""));
  assert.match(
    world.admin("check").stdout,
    /warning: exec: the program's name is "systemctl restart foo", with a space in it/,
  );
  world.write("10-a.js", handler("on: [qemu/start]\ndescription: GPU: to the guest", ""));
  const { stdout } = world.admin("check");
  assert.match(stdout, /10-a\.js:3:\d+: error: a text that contains ': ' must be quoted/);
  assert.match(stdout, /help: write it in quotes: key: "one: two"/);
});

Deno.test("check does not warn of iptables rules that name their command, nor of chrt -p", () => {
  using world = new World();
  const rules =
    `["iptables -w -t * -N *", "chrt -f -p 1 *", "taskset -cp * *", "systemd-run --uid=* -- scream -i *"]`;
  world.write("10-a.js", handler(`on: [qemu/start]\nallow: {exec: ${rules}}`, ""));
  assert.match(world.admin("check").stdout, /1 handler, 0 errors, 0 warnings/);
  world.write(
    "10-a.js",
    handler(
      `on: [qemu/start]\nallow: {exec: ["iptables -w -t * ...", "chrt -f *", "systemd-run --uid=* -- sh -c *", "systemd-run -- *"]}`,
      "",
    ),
  );
  assert.match(world.admin("check").stdout, /1 handler, 0 errors, 4 warnings/);
});

Deno.test("files among the handlers that are not run are said by check and list", () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/start]", ""));
  for (const name of ["20-b.sh", "30-c.js.bak", "40-d", "50-e.js.off", ".60-f.js.swp", "handler.d.ts"]) {
    world.write(name, "x");
  }
  const { stdout, code } = world.admin("check");
  assert.equal(code, 0);
  assert.equal(stdout.match(/this file is not run/g)?.length, 3, stdout);
  assert.match(stdout, /20-b\.sh: warning: this file is not run: it is no handler in JavaScript/);
  assert.match(stdout, /30-c\.js\.bak: warning/);
  const list = world.admin("list");
  assert.match(list.stderr, /40-d: .*this file is not run/);
  assert.equal(list.code, 0);
});

Deno.test("directories of admin commands may be relative", () => {
  using world = new World();
  world.write("10-a.js", handler("on: [qemu/start]", ""));
  const told = run([
    "list",
    "--config-dir",
    "config",
    "--state-dir",
    "./state/",
    "--log-dir=../" + world.root.split("/").at(-1) + "/log",
  ], { cwd: world.root });
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /10-a/);
  Deno.mkdirSync(`${world.root}/hooks`);
  const install = run(["install", "--all", "--dry-run", "--hooks-dir", "hooks", "--config-dir", "config"], {
    cwd: world.root,
  });
  assert.match(install.stdout, new RegExp(`${world.root}/hooks/qemu\\.d/50-hookvisor`), install.stderr);
});

Deno.test("history does not call a success what did not bring everything back, and the record has what commands said", () => {
  using world = new World();
  world.write(
    "10-a.js",
    handler(
      "on: [qemu/prepare]\nallow: {exec: ['sh -c *']}",
      `await host.undo("sh", ["-c", "echo no way back >&2; exit 4"]);
       await host.exec("sh", ["-c", "seq 1 2000 >&2"]);`,
    ),
  );
  world.hook(["qemu", "g", "prepare", "begin", "-"], domainXml("g"));
  world.hook(["qemu", "g", "release", "end", "-"], domainXml("g"));
  const { stdout } = world.admin("history");
  assert.match(
    stdout,
    /qemu\/release.*undo failed +10-a: not undone: sh -c .*exit code 4: no way back/,
  );
  const [prepare] = world.read("log/events.jsonl").split("\n").map((line) => line && JSON.parse(line));
  const { stderr } = prepare.handlers[0].calls[1];
  assert.match(stderr, /^1\n2\n.*\n… \d+ characters …\n.*\n2000$/s);
  assert.ok(stderr.length < 2200, `${stderr.length}`);
  assert.match(world.admin("history", "show", prepare.id).stdout, /stderr: 2000/);
});

Deno.test("fs.set of a file that can only be written says what to use", { ignore: Deno.uid() !== 0 }, () => {
  // Debian's kernels and most others have it; where it is not, the file is not there.
  const path = "/sys/bus/pci/drivers_probe";
  let mode: number | null = null;
  try {
    mode = Deno.statSync(path).mode;
  } catch { /* no PCI here */ }
  if (mode === null) return console.log(`no ${path} here`);
  assert.equal(mode & 0o444, 0);
  const said = refusal(`await host.fs.set("${path}", "x");`, `on: [qemu/start]\nallow: {write: [${path}]}`);
  assert.match(
    said,
    /drivers_probe can only be written, so it has no old value: use host\.fs\.write.*host\.fs\.undo/,
  );
});

Deno.test({
  name: "a file of the kernel's that hangs is named",
  ignore: !HAS_NAMESPACES || Deno.uid() !== 0,
  async fn() {
    using host = new Host();
    host.handler(
      "10-a",
      "on: [qemu/start]\ntimeout: 800ms\nallow: {write: [/sys/unbind]}",
      `await host.fs.write("/sys/unbind", "x");`,
    );
    // Stands in for the kernel: opening a pipe for writing waits for a reader.
    const { stderr } = await host.inside(
      `mount -t tmpfs none /sys && mkfifo /sys/unbind && exec "$@" < /dev/null`,
      [host.hookLink(), ...START.slice(1)],
    );
    assert.match(stderr, /10-a: timed out after \d+ ms, waiting for fs\.write \/sys\/unbind/);
  },
});
