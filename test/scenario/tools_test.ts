/** What packagers' tools make of the program: it works as before, or it would not be worth shipping. */
import assert from "node:assert/strict";
import { HAS_CHECKPOINTS } from "./checkpoint.ts";
import { CASES, changed, HAS, LOADER } from "./packagers_tools.ts";
import { type Ended, exists, Host, PROGRAM, run, type Words } from "./support.ts";

const CALL: Words = ["v1", "prepare", "begin", "-"];

/** Calls the handler once plainly, then takes a checkpoint and calls it three times more. */
const CALLS = `set -e
"$1" version
HOOKVISOR_START=plain "$2" v1 prepare begin -
"$1" checkpoint
for _ in 1 2 3; do "$2" v1 prepare begin -; done`;

/** Has a handler write down each call; gives what it wrote. */
function recordingHandler(host: Host): () => string {
  const out = `${host.scratch()}/calls`;
  const manifest = `on: [qemu/prepare]\nallow: {write: [${out}]}`;
  host.handler("10-write", manifest, `await host.fs.append(${JSON.stringify(out)}, event.name + "\\n");`);
  return () => Deno.readTextFileSync(out);
}

function succeeded({ code, stdout, stderr }: Ended): string {
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

for (const [name, needs, script] of CASES) {
  Deno.test({
    ignore: !HAS_CHECKPOINTS || !needs.every((tool) => HAS[tool]),
    name:
      `after ${name} the program works: commands, plain calls, a checkpoint, and calls from it (needs root and Debian's ${
        needs.join(" and ")
      })`,
    fn: async () => {
      using host = new Host();
      const written = recordingHandler(host);
      const program = await changed(host, script);
      const version = succeeded(await run(PROGRAM, ["version"]));
      const stdout = succeeded(await host.inside(CALLS, [program, host.hookLink("qemu", program)]));
      assert.ok(stdout.startsWith(version), stdout);
      assert.match(stdout, /hook calls start from it/);
      assert.equal(written(), "v1\n".repeat(4));
      const restored = host.records().filter((record) => record.restored).length;
      // Now and then memory is in the way of one.
      assert.ok(restored >= 1 && restored <= 3, `${restored} of 3 calls were restored`);
    },
  });
}

Deno.test({
  ignore: !HAS_CHECKPOINTS,
  name: "started by way of ld.so the program works too (needs root)",
  fn: async () => {
    using host = new Host();
    const written = recordingHandler(host);
    const version = succeeded(await run(PROGRAM, ["version"]));
    assert.equal(succeeded(await run(LOADER, [PROGRAM, "version"])), version);
    // As a hook: argv[0] is the link's path.
    succeeded(await host.inside(`exec ${LOADER} "$@"`, [host.hookLink(), ...CALL]));
    succeeded(await run(LOADER, [PROGRAM, ...host.arguments(["qemu", ...CALL])]));
    assert.equal(written(), "v1\nv1\n");
  },
});

Deno.test({
  ignore: !HAS.patchelf,
  name: "patchelf --set-interpreter is obeyed, also when there is no such file (needs Debian's patchelf)",
  fn: async () => {
    using host = new Host();
    const program = await changed(host, "patchelf --set-interpreter $PWD/ld.so hookvisor");
    const child = new Deno.Command(program, { args: ["history", "--follow"], stdout: "null", stderr: "null" })
      .spawn();
    try {
      const interpreter = new URL("ld.so", `file://${program}`).pathname;
      for (let left = 200; !Deno.readTextFileSync(`/proc/${child.pid}/maps`).includes(interpreter); left--) {
        assert.ok(left > 0, `${interpreter} was not loaded`);
        await new Promise((wake) => setTimeout(wake, 20));
      }
    } finally {
      if (exists(`/proc/${child.pid}`)) child.kill("SIGKILL");
      await child.status;
    }
    await run("patchelf", ["--set-interpreter", "/nowhere/ld.so", program]);
    const { code, stdout, stderr } = await run(program, ["version"]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.equal(stderr, "error: hookvisor cannot load /nowhere/ld.so: it needs glibc\n");
  },
});

Deno.test({
  ignore: !HAS.patchelf,
  name: "patchelf --set-rpath is obeyed (needs Debian's patchelf)",
  fn: async () => {
    using host = new Host();
    const program = await changed(host, "patchelf --set-rpath /opt/own/lib hookvisor");
    const { code, stderr } = await run(program, ["version"], { env: { LD_DEBUG: "libs" } });
    assert.equal(code, 0);
    assert.match(stderr, /search path=\/opt\/own\/lib/);
  },
});
