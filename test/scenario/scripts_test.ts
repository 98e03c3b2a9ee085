import assert from "node:assert/strict";
import { join } from "node:path";
import { fixture, Host } from "./support.ts";

const XML = fixture("9.0.0/003-qemu-prepare");
const PREPARE = ["qemu", "win11", "prepare", "begin", "-"];

/** A tree of old scripts as VFIO-Tools wants it, and a handler that runs it. */
class World extends Host {
  readonly tree = this.scratch("hooks/qemu.d");
  readonly trace = join(this.scratch(), "trace");

  constructor(more = "") {
    super();
    this.handler(
      "10-tree",
      `on: [qemu/*]\nallow: {scripts: ["${this.tree}"]}\n${more}`,
      `const { name, operation, subOperation } = event;
       for (const script of await host.scripts.list("${this.tree}/" + [name, operation, subOperation].join("/"))) {
         await host.scripts.run(script);
       }`,
    );
  }

  script(path: string, text: string, mode = 0o755): string {
    const file = join(this.tree, path);
    Deno.mkdirSync(join(file, ".."), { recursive: true, mode: 0o755 });
    Deno.writeTextFileSync(file, text);
    Deno.chmodSync(file, mode);
    return file;
  }

  get traced(): string {
    return Deno.readTextFileSync(this.trace);
  }
}

Deno.test("old scripts run in order with libvirt's arguments and the XML, and what they print is in the record", async () => {
  using world = new World();
  world.script("win11/prepare/begin/20-b.sh", `#!/bin/sh\necho "b $PWD $*" >> ${world.trace}\n`);
  world.script(
    "win11/prepare/begin/10-a.sh",
    `#!/bin/sh\necho "a $(wc -c) $*" >> ${world.trace}; echo out; echo err >&2\n`,
  );
  world.script("win11/prepare/begin/30-no-exec.sh", `#!/bin/sh\necho c >> ${world.trace}\n`, 0o644);
  world.script("linux/prepare/begin/10-a.sh", `#!/bin/sh\necho linux >> ${world.trace}\n`);
  const { code, stdout, stderr } = await world.hook(PREPARE, { stdin: XML });
  assert.deepEqual([code, stdout, stderr], [0, "", ""]);
  assert.equal(world.traced, `a ${XML.length} win11 prepare begin -\nb / win11 prepare begin -\n`);
  const [, first] = world.record().handlers[0]!.calls;
  assert.deepEqual([first?.code, first?.stdout, first?.stderr], [0, "out", "err"]);
});

Deno.test("a script that fails is the operation's verdict, and those after it do not run", async () => {
  using world = new World();
  world.script("win11/prepare/begin/10-a.sh", "#!/bin/sh\necho 'no card' >&2\nexit 3\n");
  world.script("win11/prepare/begin/20-b.sh", `#!/bin/sh\necho b >> ${world.trace}\n`);
  const { code, stderr } = await world.hook(PREPARE, { stdin: XML });
  assert.equal(code, 1);
  assert.match(stderr, /10-tree: .*10-a\.sh exited with 3: no card/);
  assert.throws(() => world.traced, Deno.errors.NotFound);
});

Deno.test("a script that hangs ends at the deadline, and what one leaves behind is not waited for", async () => {
  using world = new World("timeout: 1s");
  const script = world.script("win11/prepare/begin/10-a.sh", "#!/bin/sh\nsleep 60 &\n");
  const quick = await world.hook(PREPARE, { stdin: XML });
  assert.equal(quick.code, 0, quick.stderr);
  assert.ok(quick.eofMs < 20_000, `${quick.eofMs}`);
  Deno.writeTextFileSync(script, "#!/bin/sh\nsleep 60\n");
  const { code, stderr, eofMs } = await world.hook(PREPARE, { stdin: XML });
  assert.equal(code, 1);
  assert.match(stderr, /timed out after \d+ ms, waiting for scripts\.run .*10-a\.sh/);
  assert.ok(eofMs < 20_000, `${eofMs}`);
});

Deno.test("a script is not run that somebody else could have written, that has no #!, or whose interpreter is missing", async () => {
  using world = new World();
  const script = world.script("win11/prepare/begin/10-a.sh", "#!/bin/sh\n");
  Deno.chmodSync(script, 0o777);
  assert.match((await world.hook(PREPARE, { stdin: XML })).stderr, /10-a\.sh is not run;.*can be written by/);
  Deno.chmodSync(script, 0o755);
  Deno.writeTextFileSync(script, "echo hello\n");
  assert.match(
    (await world.hook(PREPARE, { stdin: XML })).stderr,
    /10-a\.sh is not executable here: it has no #! line/,
  );
  Deno.writeTextFileSync(script, "#!/no/such/python\n");
  assert.match(
    (await world.hook(PREPARE, { stdin: XML })).stderr,
    /10-a\.sh is a script for \/no\/such\/python, which does not exist/,
  );
  // Where /bin is a link.
  Deno.writeTextFileSync(script, "#!/bin/nosuch\n");
  assert.match(
    (await world.hook(PREPARE, { stdin: XML })).stderr,
    /10-a\.sh is a script for \/bin\/nosuch, which does not exist/,
  );
  Deno.writeTextFileSync(script, "#!/bin/sh\r\n");
  assert.match(
    (await world.hook(PREPARE, { stdin: XML })).stderr,
    /10-a\.sh is a script for \/bin\/sh\\+r, which does not exist \(its lines end as Windows writes them: sed/,
  );
});

Deno.test("no script runs outside of the directories that the manifest names, by whatever path", async () => {
  using world = new World();
  const elsewhere = join(world.scratch("elsewhere"), "x.sh");
  Deno.writeTextFileSync(elsewhere, "#!/bin/sh\n", { mode: 0o755 });
  for (const path of [elsewhere, "/usr/bin/true", `${world.tree}x/y`, `${world.tree}/../../elsewhere/x.sh`]) {
    world.handler(
      "10-tree",
      `on: [qemu/prepare]\nallow: {scripts: ["${world.tree}"]}`,
      `await host.scripts.run("${path}");`,
    );
    const { code, stderr } = await world.hook(PREPARE, { stdin: XML });
    assert.equal(code, 1);
    assert.match(stderr, /not allowed; add to allow\.scripts|contains \.\./, path);
  }
  Deno.symlinkSync("/usr/bin/virsh", join(world.tree, "list"));
  world.handler(
    "10-tree",
    `on: [qemu/prepare]\nallow: {scripts: ["${world.tree}"]}`,
    `await host.scripts.run("${world.tree}/list");`,
  );
  assert.match((await world.hook(PREPARE, { stdin: XML })).stderr, /virsh|No such file/);
});

Deno.test("the recipe script-tree runs the tree of VFIO-Tools' dispatcher as it is", async () => {
  using world = new World();
  const recipe = Deno.readTextFileSync(new URL("../../handlers/recipes/script-tree.js", import.meta.url));
  world.file("handlers/10-tree.js", recipe.replaceAll("/etc/libvirt/hooks/qemu.d", world.tree));
  for (
    const [path, word] of [["prepare/begin/start.sh", "start"], ["release/end/revert.sh", "revert"]] as const
  ) {
    world.script(`win11/${path}`, `#!/bin/bash\nset -x\necho ${word} "$@" >> ${world.trace}\n`);
  }
  // The dispatcher takes a file in the place of the last directory too.
  world.script("win11/started/begin", `#!/bin/bash\necho file "$@" >> ${world.trace}\n`);
  for (const operation of ["prepare", "start", "started"]) {
    assert.equal((await world.hook(["qemu", "win11", operation, "begin", "-"], { stdin: XML })).code, 0);
  }
  await world.hook(["qemu", "win11", "release", "end", "shutdown"], { stdin: XML });
  assert.equal(
    world.traced,
    "start win11 prepare begin -\nfile win11 started begin -\nrevert win11 release end shutdown\n",
  );
});
