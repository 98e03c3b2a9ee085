import assert from "node:assert/strict";
import { handler, run, World } from "./admin_world.ts";
import { exists, pause, until } from "./support.ts";

const PROGRAM = new URL("../../dist/hookvisor", import.meta.url).pathname;

function prepared(): World & { hooks: string[] } {
  const world = new World();
  world.write("10-a.js", handler("on: [qemu/prepare, network/start]", ""));
  Deno.mkdirSync(`${world.root}/hooks`);
  return Object.assign(world, { hooks: ["--hooks-dir", `${world.root}/hooks`] });
}

/** Everything below the hooks directory: path and where it points. */
function tree(world: World): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (path: string) => {
    for (const { name, isDirectory, isSymlink } of Deno.readDirSync(`${world.root}/hooks${path}`)) {
      const here = `${path}/${name}`;
      if (isDirectory) walk(here);
      else found[here] = isSymlink ? Deno.readLinkSync(`${world.root}/hooks${here}`) : "file";
    }
  };
  walk("");
  return found;
}

const LINKS = {
  "/daemon.d/50-hookvisor": PROGRAM,
  "/network.d/50-hookvisor": PROGRAM,
  "/qemu.d/50-hookvisor": PROGRAM,
};

/** A process with the name of one of libvirt's daemons, that calls the hook when it is asked to reload. */
async function daemon(world: World, name = "virtqemud"): Promise<Deno.ChildProcess> {
  const call = ["hook", ...world.directories, "daemon", "-", "reload", "begin", "SIGHUP"].join(" ");
  const text =
    `#!/bin/sh\ntrap '${PROGRAM} ${call}; true' HUP\n: > ${world.root}/listens\nwhile :; do sleep 0.1; done\n`;
  const path = world.write(`bin/${name}`, text);
  Deno.chmodSync(path, 0o755);
  const child = new Deno.Command(path, { stdin: "null", stdout: "null", stderr: "null" }).spawn();
  await until(() => exists(`${world.root}/listens`), "it does not start");
  // Its start is known to a hundredth of a second.
  await pause(300);
  return child;
}

Deno.test("install makes links for the drivers that handlers are for, and a second time nothing", () => {
  using world = prepared();
  assert.equal(world.admin("install", ...world.hooks, "--dry-run").code, 0);
  assert.deepEqual(tree(world), {});
  const first = world.admin("install", ...world.hooks);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(tree(world), LINKS);
  const again = world.admin("install", ...world.hooks);
  assert.equal(again.code, 0);
  assert.match(again.stdout, /qemu\.d\/50-hookvisor: already exists/);
  assert.deepEqual(tree(world), LINKS);
});

Deno.test("install and uninstall never touch what they did not make", () => {
  using world = prepared();
  const foreign = { "/qemu": "file", "/qemu.d/10-own": "file", "/network.d/50-hookvisor": "/usr/bin/other" };
  world.write("hooks/qemu", "#!/bin/sh\n");
  world.write("hooks/qemu.d/10-own", "#!/bin/sh\n");
  Deno.mkdirSync(`${world.root}/hooks/network.d`);
  Deno.symlinkSync("/usr/bin/other", `${world.root}/hooks/network.d/50-hookvisor`);
  const { code, stdout } = world.admin("install", ...world.hooks);
  assert.equal(code, 1);
  assert.match(stdout, /network\.d\/50-hookvisor: not changed: it is a link to \/usr\/bin\/other/);
  assert.deepEqual(tree(world), {
    ...foreign,
    "/daemon.d/50-hookvisor": PROGRAM,
    "/qemu.d/50-hookvisor": PROGRAM,
  });
  const main = world.admin("install", ...world.hooks, "--place", "main", "--driver", "lxc,qemu");
  assert.equal(main.code, 1);
  assert.match(
    main.stdout,
    /hooks\/qemu: not changed: it is another program's script; with libvirt 6\.5\.0 or later, --place d/,
  );
  assert.equal(tree(world)["/lxc"], PROGRAM);
  assert.equal(world.admin("uninstall", ...world.hooks).code, 0);
  assert.deepEqual(tree(world), foreign);
});

Deno.test("a link to a hookvisor that is gone is ours: install moves it, doctor says that it dangles, uninstall removes it", () => {
  using world = prepared();
  const gone = {
    "/qemu.d/50-hookvisor": "/opt/hv/hookvisor-0.0.9",
    "/network": "/usr/local/bin/gone/hookvisor",
  };
  for (const [path, target] of Object.entries(gone)) {
    Deno.mkdirSync(`${world.root}/hooks${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    Deno.symlinkSync(target, `${world.root}/hooks${path}`);
  }
  const told = world.admin("doctor", ...world.hooks).stdout.replace(/\s+/g, " ");
  assert.match(
    told,
    /fail link qemu .*50-hookvisor leads to \/opt\/hv\/hookvisor-0\.0\.9, which does not exist/,
  );
  assert.match(
    told,
    /fail link network .*network leads to \/usr\/local\/bin\/gone\/hookvisor, which does not exist/,
  );
  const dry = world.admin("install", ...world.hooks, "--dry-run");
  assert.match(dry.stdout, /qemu\.d\/50-hookvisor: would be moved/);
  assert.deepEqual(tree(world), gone);
  const moved = world.admin("install", ...world.hooks);
  assert.equal(moved.code, 0, moved.stderr);
  assert.match(
    moved.stdout,
    /qemu\.d\/50-hookvisor: moved: it pointed to \/opt\/hv\/hookvisor-0\.0\.9, which does not exist/,
  );
  const { "/network.d/50-hookvisor": _, ...links } = LINKS;
  assert.deepEqual(tree(world), { ...links, "/network": PROGRAM });
  Deno.removeSync(`${world.root}/hooks/network`);
  Deno.symlinkSync("/usr/local/bin/gone/hookvisor", `${world.root}/hooks/network`);
  assert.equal(world.admin("uninstall", ...world.hooks).code, 0);
  assert.deepEqual(tree(world), {});
});

Deno.test("install moves a link from another hookvisor, and removes a second one", () => {
  using world = prepared();
  const other = world.write("opt/hookvisor", "#!/bin/sh\n");
  Deno.chmodSync(other, 0o755);
  Deno.mkdirSync(`${world.root}/hooks/qemu.d`);
  Deno.symlinkSync(other, `${world.root}/hooks/qemu.d/50-hookvisor`);
  Deno.symlinkSync(other, `${world.root}/hooks/qemu.d/60-again`);
  assert.match(
    world.admin("doctor", ...world.hooks).stdout.replace(/\s+/g, " "),
    /50-hookvisor and .*60-again both lead to hookvisor/,
  );
  const { code, stdout } = world.admin("install", ...world.hooks);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /50-hookvisor: moved: it pointed to .*opt\/hookvisor, another hookvisor/);
  assert.match(stdout, /60-again: removed: it pointed to .*opt\/hookvisor, another hookvisor/);
  assert.deepEqual(tree(world), LINKS);
});

Deno.test("a link to a renamed hookvisor, or through a link that has lost it, is ours", () => {
  using world = prepared();
  for (const name of ["qemu.d", "network.d"]) Deno.mkdirSync(`${world.root}/hooks/${name}`);
  Deno.symlinkSync("/opt/hookvisor-0.0.9", `${world.root}/current`);
  Deno.symlinkSync("../../current", `${world.root}/hooks/qemu.d/50-hookvisor`);
  Deno.copyFileSync(PROGRAM, `${world.root}/renamed`);
  Deno.symlinkSync(`${world.root}/renamed`, `${world.root}/hooks/network.d/70-net`);
  const told = world.admin("doctor", ...world.hooks).stdout.replace(/\s+/g, " ");
  assert.match(told, /fail link qemu .*50-hookvisor leads to \.\.\/\.\.\/current, which does not exist/);
  assert.match(told, /warn link network .*70-net leads to \S+renamed, another hookvisor than/);
  const { code, stdout } = world.admin("install", ...world.hooks);
  assert.equal(code, 0, stdout);
  const { "/network.d/50-hookvisor": _, ...links } = LINKS;
  assert.deepEqual(tree(world), { ...links, "/network.d/70-net": PROGRAM });
});

Deno.test("of two links to this program install keeps the usual one, and doctor names one that dangles beside it", () => {
  using world = prepared();
  assert.equal(world.admin("install", ...world.hooks).code, 0);
  Deno.symlinkSync(PROGRAM, `${world.root}/hooks/qemu`);
  Deno.symlinkSync("/nowhere/hookvisor", `${world.root}/hooks/network.d/10-old`);
  assert.match(
    world.admin("doctor", ...world.hooks).stdout.replace(/\s+/g, " "),
    /warn link network \S+10-old leads to \/nowhere\/hookvisor, which does not exist: libvirt passes it over/,
  );
  const { code, stdout } = world.admin("install", ...world.hooks);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /hooks\/qemu: removed: \S+50-hookvisor leads here too: every handler ran twice/);
  assert.match(stdout, /10-old: removed: it pointed to \/nowhere\/hookvisor, which does not exist/);
  assert.deepEqual(tree(world), LINKS);
});

Deno.test("a copy of hookvisor in place of a link gets no link beside it, and is named as what it is", () => {
  using world = prepared();
  Deno.copyFileSync(PROGRAM, `${world.root}/hooks/qemu`);
  const { code, stdout } = world.admin("install", ...world.hooks);
  assert.equal(code, 1);
  assert.match(stdout, /hooks\/qemu: not changed: it is a copy of hookvisor, not a link/);
  const { "/qemu.d/50-hookvisor": _, ...links } = LINKS;
  assert.deepEqual(tree(world), { ...links, "/qemu": "file" });
  const told = world.admin("doctor", ...world.hooks).stdout.replace(/\s+/g, " ");
  assert.match(told, /warn link qemu \S+hooks\/qemu is a copy of hookvisor, not a link/);
  assert.doesNotMatch(told, /is empty|fail links/);
  assert.match(world.admin("adopt", "--dry-run", ...world.hooks).stdout, /contains no script of yours/);
  const removed = world.admin("uninstall", ...world.hooks);
  assert.equal(removed.code, 1);
  assert.match(removed.stdout, /hooks\/qemu: not changed: it is a copy of hookvisor/);
  assert.deepEqual(tree(world), { "/qemu": "file" });
});

Deno.test("install --existing keeps to the drivers that have a link", () => {
  using world = prepared();
  const none = world.admin("install", ...world.hooks, "--existing", "--reload");
  assert.equal(none.code, 0, none.stderr);
  assert.match(none.stdout, /hooks contains no link to hookvisor/);
  assert.deepEqual(tree(world), {});
  Deno.symlinkSync("/nowhere/hookvisor", `${world.root}/hooks/lxc`);
  const { code, stdout } = world.admin("install", ...world.hooks, "--existing", "--quiet");
  assert.equal(code, 0);
  assert.match(stdout, /^\S+hooks\/lxc: moved: it pointed to \/nowhere\/hookvisor, which does not exist\n$/);
  assert.deepEqual(tree(world), { "/lxc": PROGRAM });
  assert.equal(world.admin("install", ...world.hooks, "--existing", "--quiet").stdout, "");
});

Deno.test("uninstall removes the directories that install made when they are empty, and no others", () => {
  using world = prepared();
  Deno.mkdirSync(`${world.root}/hooks/qemu.d`);
  world.admin("install", ...world.hooks);
  world.write("hooks/network.d/20-own", "#!/bin/sh\n");
  const { code, stdout } = world.admin("uninstall", ...world.hooks);
  assert.equal(code, 0);
  assert.match(stdout, /daemon\.d: removed: hookvisor install created it, and it is empty/);
  const left = [...Deno.readDirSync(`${world.root}/hooks`)].map(({ name }) => name).sort();
  assert.deepEqual(left, ["network.d", "qemu.d"]);
  Deno.removeSync(`${world.root}/hooks/network.d/20-own`);
  world.admin("uninstall", ...world.hooks);
  assert.deepEqual([...Deno.readDirSync(`${world.root}/hooks`)].map(({ name }) => name), ["qemu.d"]);
  assert.deepEqual([...Deno.readDirSync(`${world.root}/config`)].map(({ name }) => name), ["handlers"]);
});

Deno.test("install knows every daemon of libvirt's that calls the daemon hook", async () => {
  using world = prepared();
  const child = await daemon(world, "virtproxyd");
  try {
    const { stdout } = world.admin("install", ...world.hooks);
    assert.match(
      stdout,
      /virtproxyd \(pid \d+\) started when no hook existed for daemon and does not see it yet/,
    );
    assert.match(
      world.admin("install", ...world.hooks, "--reload").stdout,
      /virtproxyd \(pid \d+\) was reloaded and has called the hook/,
    );
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("install --destdir makes links for a package, to where the program will be", () => {
  using world = prepared();
  const { code, stdout } = run([
    "install",
    "--all",
    "--destdir",
    `${world.root}/pkg`,
    "--program",
    "/usr/bin/hookvisor",
  ]);
  assert.equal(code, 0, stdout);
  assert.equal(
    Deno.readLinkSync(`${world.root}/pkg/etc/libvirt/hooks/lxc.d/50-hookvisor`),
    "/usr/bin/hookvisor",
  );
});

Deno.test("install without a handler makes nothing and says why", () => {
  using world = prepared();
  Deno.removeSync(`${world.root}/config/handlers/10-a.js`);
  const { code, stderr } = world.admin("install", ...world.hooks);
  assert.equal(code, 1);
  assert.match(stderr, /no handler in .*; --driver or --all creates links anyway/);
});

Deno.test("install tells which daemon must be reloaded, and --reload does it and sees that it worked", async () => {
  using world = prepared();
  const child = await daemon(world);
  try {
    const told = world.admin("install", ...world.hooks);
    assert.match(
      told.stdout,
      new RegExp(
        `virtqemud \\(pid ${child.pid}\\) started when no hook existed for daemon, qemu and does not see it yet`,
      ),
    );
    const reloaded = world.admin("install", ...world.hooks, "--reload");
    assert.equal(reloaded.code, 0, reloaded.stdout);
    assert.match(reloaded.stdout, /virtqemud \(pid \d+\) was reloaded and has called the hook/);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("install --reload waits for no call that cannot come: the driver daemon has no link", async () => {
  using world = prepared();
  const child = await daemon(world);
  try {
    const { code, stdout } = world.admin("install", ...world.hooks, "--driver", "qemu", "--reload");
    assert.equal(code, 0, stdout);
    assert.match(stdout, /virtqemud \(pid \d+\) was asked to reload$/m);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("install --reload asks the daemon, and no copy of itself that it has made to run a program", async () => {
  using world = prepared();
  const call = ["hook", ...world.directories, "daemon", "-", "reload", "begin", "SIGHUP"].join(" ");
  const text = `#!/bin/sh
trap '${PROGRAM} ${call}; true' HUP
( trap 'echo hit >> ${world.root}/hit' HUP; : > ${world.root}/listens; while [ -e ${world.root}/listens ]; do sleep 0.1; done ) &
while :; do sleep 0.1; done
`;
  const path = world.write("bin/virtqemud", text);
  Deno.chmodSync(path, 0o755);
  const child = new Deno.Command(path, { stdin: "null", stdout: "null", stderr: "null" }).spawn();
  try {
    await until(() => exists(`${world.root}/listens`), "it does not start");
    await pause(300);
    const { code, stdout } = world.admin("install", ...world.hooks, "--reload");
    assert.equal(code, 0, stdout);
    assert.equal(stdout.match(/was reloaded and has called the hook/g)?.length, 1, stdout);
    assert.ok(!exists(`${world.root}/hit`));
  } finally {
    Deno.removeSync(`${world.root}/listens`);
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("install says nothing of a reload to a daemon that started after a hook was there", async () => {
  using world = prepared();
  world.write("hooks/daemon", "#!/bin/sh\n");
  world.write("hooks/qemu", "#!/bin/sh\n");
  for (const name of ["daemon", "qemu"]) Deno.chmodSync(`${world.root}/hooks/${name}`, 0o755);
  await pause(300);
  const child = await daemon(world);
  try {
    const { stdout } = world.admin("install", ...world.hooks);
    assert.match(stdout, /no daemon needs a reload: all know these hooks/);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});
