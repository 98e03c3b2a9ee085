import assert from "node:assert/strict";
import { handler, run, World } from "./admin_world.ts";

const PROGRAM = new URL("../../dist/hookvisor", import.meta.url).pathname;
const IS_ROOT = Deno.uid() === 0;

interface Finding {
  check: string;
  level: string;
  seen: string;
  remedy?: string;
}

function prepared(): World {
  const world = new World();
  world.write("10-a.js", handler("on: [qemu/prepare]", ""));
  Deno.mkdirSync(`${world.root}/hooks`);
  Deno.chmodSync(`${world.root}/state`, 0o700);
  return world;
}

function doctor(world: World): { code: number; findings: Finding[]; find(seen: RegExp): Finding } {
  const { code, stdout, stderr } = world.admin("doctor", "--json", "--hooks-dir", `${world.root}/hooks`);
  assert.equal(stderr, "");
  const told = JSON.parse(stdout) as { exitCode: number; findings: Finding[] };
  assert.equal(told.exitCode, code);
  const find = (seen: RegExp) => {
    const found = told.findings.find((finding) => seen.test(finding.seen));
    assert.ok(found, `nothing like ${seen} in ${JSON.stringify(told.findings, null, 1)}`);
    return found;
  };
  return { code, findings: told.findings, find };
}

function script(world: World, path: string, text: string): void {
  Deno.chmodSync(world.write(`hooks/${path}`, text), 0o755);
}

Deno.test("doctor says what it looked at, and a remedy for all that is not right", () => {
  using world = prepared();
  const { findings, code, find } = doctor(world);
  assert.equal(code, 2);
  for (const { seen, level, remedy } of findings) {
    assert.ok(seen.length > 5);
    assert.equal(level === "warn" || level === "fail", remedy !== undefined, seen);
  }
  assert.equal(find(/handlers exist for qemu, and .*hooks has no link/).remedy, "hookvisor install");
  for (
    const check of [
      "hookvisor",
      "C library",
      "disk space",
      "records",
      "journald",
      "scripts",
      "ownership",
      "AppArmor",
      "SELinux",
      "handlers",
      "rules",
      "leftovers",
    ]
  ) {
    assert.ok(findings.some((finding) => finding.check === check), check);
  }
  const text = world.admin("doctor", "--hooks-dir", `${world.root}/hooks`).stdout;
  assert.match(text, /^fail {2}links .*\n(?: {20}.*\n)* {20}do: hookvisor install\n/m);
  assert.match(text, /\d+ checks: \d+ failed, \d+ warnings\n$/);
});

Deno.test("doctor is content with links that install made, and sees those that are doubled or lead nowhere", () => {
  using world = prepared();
  const hooks = `${world.root}/hooks`;
  world.admin("install", "--hooks-dir", hooks);
  assert.equal(doctor(world).find(/qemu\.d\/50-hookvisor leads to/).level, "ok");
  Deno.symlinkSync(Deno.readLinkSync(`${hooks}/qemu.d/50-hookvisor`), `${hooks}/qemu`);
  Deno.symlinkSync("/nonexistent/script", `${hooks}/lxc`);
  const { find } = doctor(world);
  assert.equal(find(/both lead to hookvisor, so every handler runs twice/).level, "warn");
  assert.equal(find(/lxc leads to \/nonexistent\/script, which libvirt cannot run/).level, "warn");
});

Deno.test("doctor finds scripts that call virsh, backups that run, and trees that nothing runs", () => {
  using world = prepared();
  script(world, "network", "#!/bin/sh\n# virsh is not called here\nVM=$1; /usr/bin/virsh net-list\n");
  script(world, "qemu.d/10-own~", "#!/bin/sh\n");
  script(world, "qemu.d/win11/prepare/begin/start.sh", "#!/bin/sh\n");
  world.write("hooks/qemu.d/README", "about\n");
  const { find } = doctor(world);
  assert.match(find(/network calls virsh in line 3/).remedy!, /hookvisor new/);
  assert.equal(find(/10-own~ looks like a backup, but libvirt runs it/).level, "warn");
  assert.equal(find(/scripts for win11 \(VFIO-Tools\), and nothing runs them/).level, "warn");
  script(world, "qemu", "#!/bin/sh\nrun-parts /etc/libvirt/hooks/qemu.d/$1/$2/$3\n");
  assert.equal(doctor(world).find(/scripts for win11, which the script .*hooks\/qemu runs/).level, "note");
});

Deno.test("doctor and adopt do not take a large program for an empty script", () => {
  using world = prepared();
  const hooks = `${world.root}/hooks`;
  Deno.copyFileSync("/bin/sh", `${hooks}/qemu`);
  Deno.truncateSync(`${hooks}/qemu`, 2 * 1024 * 1024);
  script(world, "network", `no script${" ".repeat(2 * 1024 * 1024)}`);
  script(world, "lxc", "");
  const { findings } = doctor(world);
  const faults = findings.filter(({ check, level }) => check === "script" && level === "fail");
  assert.deepEqual(faults.map(({ seen }) => seen.split("/hooks/")[1]!.slice(0, 30)), [
    "lxc is empty: libvirt's call o",
    "network does not begin with #!",
  ]);
  assert.match(
    world.admin("adopt", "--dry-run", "--hooks-dir", hooks).stdout,
    /hooks\/qemu\n {2}a script for qemu/,
  );
});

Deno.test("what a user may not look at ends no command in a stack trace, and doctor goes on", {
  ignore: !IS_ROOT,
}, () => {
  using world = prepared();
  Deno.chmodSync(world.root, 0o755);
  world.write("log/events.jsonl", "");
  Deno.chmodSync(`${world.root}/log`, 0o750);
  world.write("state/journal.db", "");
  Deno.mkdirSync(`${world.root}/closed/hooks`, { recursive: true });
  Deno.chmodSync(`${world.root}/closed`, 0o700);
  const asUser = (...words: string[]) => {
    const { code, stdout, stderr } = new Deno.Command("setpriv", {
      args: ["--reuid=65534", "--regid=65534", "--clear-groups", PROGRAM, ...words, ...world.directories],
      clearEnv: true,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" },
    }).outputSync();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  };
  for (const words of [["history"], ["history", "show", "last"], ["metrics"]]) {
    const { code, stdout, stderr } = asUser(...words);
    assert.equal(code, 1);
    assert.equal(
      stdout + stderr,
      `hookvisor ${words[0]}: ${world.root}/log/events.jsonl: permission denied\n`,
    );
  }
  assert.match(
    asUser("undo", "--list").stderr,
    /^hookvisor undo: \S+journal\.db: permission denied \(EACCES\)\n$/,
  );
  const { stdout, stderr } = asUser("doctor", "--json", "--hooks-dir", `${world.root}/closed/hooks`);
  assert.equal(stderr, "");
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const closed = findings.filter(({ seen }) => seen.startsWith("could not be examined: "));
  assert.deepEqual(closed.map(({ check, level }) => `${level} ${check}`), [
    "note disk space",
    "note records",
    "note hooks",
    "note scripts",
    "note leftovers",
  ]);
  assert.equal(findings.at(-1)!.check, "checkpoint");
});

Deno.test("a full disk behind standard output is one line", () => {
  using world = prepared();
  const { stderr, code } = run(["list", ...world.directories], { stdout: "/dev/full" });
  assert.equal(code, 1);
  assert.equal(stderr, "hookvisor list: no space left on device\n");
});

Deno.test("doctor finds what rules name and this host does not have", () => {
  using world = prepared();
  const allow =
    "allow: {exec: [no-such-program *, nproc], read: [/no/such/file, /proc/meminfo], write: [/no/where/*, /tmp/new]}";
  world.write("10-a.js", handler(`on: [qemu/prepare]\n${allow}`, ""));
  const { find, findings } = doctor(world);
  find(/10-a may run no-such-program, which is not in/);
  find(/10-a may read \/no\/such\/file, but this host has no \/no\/such\/file/);
  find(/10-a may write \/no\/where\/\*, but this host has no \/no\/where/);
  assert.equal(findings.filter(({ check }) => check === "rules").length, 3);
});

Deno.test("doctor sees that a rule's glob below /sys stands for nothing on this host", () => {
  using world = prepared();
  const allow = "allow: {write: ['/sys/kernel/no-such-*/governor', '/sys/kernel/mm/**', '/sys/kernel/pro*']}";
  world.write("10-a.js", handler(`on: [qemu/prepare]\n${allow}`, ""));
  const { findings } = doctor(world);
  const told = findings.filter(({ check }) => check === "rules").map(({ seen }) => seen);
  assert.deepEqual(told, [
    "10-a may write /sys/kernel/no-such-*/governor, but this host has no such file",
  ]);
});

Deno.test("doctor fails for what hookvisor will not trust or use", () => {
  using world = prepared();
  Deno.chmodSync(`${world.root}/config/handlers/10-a.js`, 0o666);
  Deno.chmodSync(`${world.root}/log`, 0o777);
  world.write("20-b.js", "no manifest");
  world.write("config/config.yaml", "nonsense: 1\n");
  const { code, find } = doctor(world);
  assert.equal(code, 2);
  assert.match(find(/10-a\.js is not safe: .* can be written by everyone/).remedy!, /^chmod go-w/);
  assert.equal(find(/log, for the records: mode 777, and other users can write to it/).level, "fail");
  assert.equal(find(/20-b is invalid: the handler has no manifest/).level, "fail");
  assert.equal(find(/config\.yaml: unknown key "nonsense"/).level, "fail");
});

Deno.test("doctor sees a daemon that started before the first hook was there", async () => {
  using world = prepared();
  const program = world.write("bin/virtqemud", "#!/bin/sh\nwhile :; do sleep 1; done\n");
  Deno.chmodSync(program, 0o755);
  const child = new Deno.Command(program, { stdin: "null", stdout: "null", stderr: "null" }).spawn();
  try {
    await new Promise((resolve) => setTimeout(resolve, 400));
    world.admin("install", "--hooks-dir", `${world.root}/hooks`);
    const finding = doctor(world).find(
      /virtqemud \(pid \d+, since .*\) started before the first hook for daemon, qemu/,
    );
    assert.match(finding.remedy!, /systemctl reload virtqemud/);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});
