import assert from "node:assert/strict";
import { domainXml, World } from "./admin_world.ts";

function script(world: World, path: string, text: string, mode = 0o755): string {
  const file = world.write(`hooks/${path}`, text);
  Deno.chmodSync(file, mode);
  return file;
}

function adopt(world: World, ...args: string[]) {
  const told = world.admin("adopt", "--hooks-dir", `${world.root}/hooks`, ...args);
  // Lines that were wrapped are one again.
  return { ...told, stdout: told.stdout.replaceAll(/\n {4}/g, " ") };
}

Deno.test("adopt takes over a script as it is: the handler runs it, and libvirt does not any more", () => {
  using world = new World();
  const trace = `${world.root}/trace`;
  const text =
    `#!/bin/sh\nif [ "$1" = win11 ] && [ "$2" = prepare ]; then echo "$@" >> ${trace}; exit 3; fi\n`;
  const file = script(world, "qemu", text);
  const dry = adopt(world, "--dry-run");
  assert.match(dry.stdout, /a script for qemu, for win11; at prepare/);
  assert.match(
    dry.stdout,
    /would be taken over, by .*handlers\/50-qemu-script\.js, moved to .*scripts\/qemu\/qemu/,
  );
  assert.equal(Deno.readTextFileSync(file), text);
  assert.deepEqual([...Deno.readDirSync(`${world.root}/config/handlers`)], []);
  const done = adopt(world);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  assert.throws(() => Deno.statSync(file), Deno.errors.NotFound);
  assert.equal(world.read("config/scripts/qemu/qemu"), text);
  assert.match(world.admin("check", "--strict").stdout, /1 handler, 0 errors, 0 warnings/);
  const refused = world.hook(["qemu", "win11", "prepare", "begin", "-"], domainXml("win11"));
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /scripts\/qemu\/qemu exited with 3/);
  assert.equal(Deno.readTextFileSync(trace), "win11 prepare begin -\n");
  assert.equal(world.hook(["qemu", "linux", "prepare", "begin", "-"], domainXml("linux")).code, 0);
  const { stdout } = world.admin("run", "qemu/crashed", "--guest", "win11", "--dry-run");
  assert.match(stdout, /50-qemu-script +not run: on does not name qemu\/crashed/);
  assert.match(adopt(world).stdout, /contains no script of yours/);
});

Deno.test("adopt takes over a tree where it is, and moves its dispatcher away", () => {
  using world = new World();
  script(
    world,
    "qemu",
    `#!/bin/bash\nHOOKPATH="$(dirname $0)/qemu.d/$1/$2/$3"\nfind -L "$HOOKPATH" -type f -exec {} "$@" \\;\n`,
  );
  script(world, "qemu.d/win11/prepare/begin/start.sh", `#!/bin/sh\necho "$@" >> ${world.root}/trace\n`);
  const bad = script(world, "qemu.d/win11/release/end/old.sh", "echo no interpreter\n");
  const no = adopt(world);
  assert.equal(no.code, 1);
  assert.match(no.stdout, /not changed: .*old\.sh does not begin with #!/);
  assert.match(no.stdout, /the dispatcher of that tree\n.*not changed: its tree was/);
  Deno.chmodSync(bad, 0o644);
  const { stdout, code } = adopt(world);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /a tree of 2 scripts for win11, which VFIO-Tools' dispatcher runs/);
  assert.match(stdout, /the dispatcher of that tree\n.*moved away, moved to .*scripts\/qemu\/qemu/);
  assert.equal(world.hook(["qemu", "win11", "prepare", "begin", "-"], domainXml("win11")).code, 0);
  assert.equal(world.read("trace"), "win11 prepare begin -\n");
});

const BAD: [name: string, text: string, mode: number, says: RegExp][] = [
  ["no-shebang", "echo hello\n", 0o755, /does not begin with #!/],
  ["empty", "", 0o755, /is empty/],
  ["open", "#!/bin/sh\n", 0o777, /should not be run by root: .*can be written by everyone/],
  ["windows", "#!/bin/sh\r\necho hello\r\n", 0o755, /is a script for \/bin\/sh\\r, which does not exist/],
  ["no-interpreter", "#!/bin/nosuch -e\n", 0o755, /is a script for \/bin\/nosuch, which does not exist/],
  ["idle", "#!/bin/sh\n", 0o644, /is not executable, so libvirt does not run it/],
  [
    "filter",
    '#!/bin/sh\n[ "$2" = migrate ] && sed s/a/b/\n',
    0o755,
    /it handles migrate, where libvirt reads back the XML/,
  ],
];

Deno.test("adopt leaves alone what libvirt cannot run or root should not, and says what to do", () => {
  for (const [name, text, mode, says] of BAD) {
    using world = new World();
    const file = script(world, `qemu.d/10-${name}`, text, mode);
    const { stdout, code } = adopt(world);
    assert.equal(code, 1, stdout);
    assert.match(stdout, says, name);
    assert.equal(Deno.readTextFileSync(file), text);
    // Its whole remedy, and nothing of a policy that does not matter to libvirt.
    if (name === "open") assert.match(stdout, /; chmod go-w \S+10-open$/m);
  }
});

Deno.test("adopt says of a script that it calls virsh and that it waits without end, and takes it over", () => {
  using world = new World();
  script(
    world,
    "qemu.d/20-x.sh",
    "#!/bin/sh\n# virsh in a comment\nvirsh nodedev-detach pci_0000_01_00_0\nwhile true; do sleep 1; done\n",
  );
  const { stdout, code } = adopt(world);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /it calls virsh in line 3/);
  assert.match(stdout, /it waits without end in line 4/);
  assert.match(stdout, /handlers\/20-x\.js/);
});

Deno.test("doctor sees the same faults", () => {
  for (const [name, text, mode, says] of BAD.slice(0, 5)) {
    using world = new World();
    Deno.chmodSync(`${world.root}/state`, 0o700);
    script(world, `qemu.d/10-${name}`, text, mode);
    script(world, `qemu.d/win11/prepare/begin/${name}`, text, mode);
    const { stdout } = world.admin("doctor", "--json", "--hooks-dir", `${world.root}/hooks`);
    const { findings } = JSON.parse(stdout) as {
      findings: { seen: string; level: string; remedy?: string }[];
    };
    const found = findings.filter(({ seen, level }) => says.test(seen) && level === "fail");
    assert.deepEqual(found.length, 2, JSON.stringify(findings, null, 1));
    assert.ok(found.every(({ remedy }) => remedy));
  }
});

Deno.test("doctor and check see a script that a rule names and that anybody can write", () => {
  using world = new World();
  Deno.chmodSync(`${world.root}/state`, 0o700);
  const file = script(world, "../bin/x.sh", "#!/bin/sh\n", 0o777);
  world.write(
    "10-a.js",
    `// ---\n// on: [qemu/prepare]\n// allow: {exec: ["${
      file.replace("/hooks/..", "")
    }"]}\n// ---\nexport default () => {};\n`,
  );
  assert.match(world.admin("check").stdout.replaceAll(/\s+/g, " "), /x\.sh can be written by everyone/);
  const { stdout } = world.admin("doctor", "--json", "--hooks-dir", `${world.root}/hooks`);
  assert.match(stdout, /x\.sh can be written by everyone/);
});

Deno.test("adopt takes over hooks.json of libvirt-hook-qemu", () => {
  using world = new World();
  script(world, "qemu", "#!/usr/bin/env python3\nCONFIG = 'hooks.json'\n");
  script(world, "hooks.json", "{}", 0o644);
  const { stdout, code } = adopt(world);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /port forwarding by .*hooks\.json/);
  assert.match(
    world.read("config/handlers/50-port-forward.js"),
    new RegExp(`read: \\[${world.root}/hooks/hooks\\.json\\]`),
  );
});
