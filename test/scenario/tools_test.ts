/** What packagers' tools make of the program: it works as before, or it would not be worth shipping. */
import assert from "node:assert/strict";
import { HAS_CHECKPOINTS } from "./checkpoint.ts";
import { type Ended, exists, Host, PROGRAM, run, type Words } from "./support.ts";
import { hasTool } from "../build/elf/tools.ts";

/** Debian's packages, by a program of each. */
const HAS = {
  binutils: hasTool("strip"),
  elfutils: hasTool("eu-strip"),
  patchelf: hasTool("patchelf"),
  debhelper: hasTool("dh_strip"),
  rpm: hasTool("/usr/lib/rpm/brp-strip"),
  llvm: hasTool("llvm-strip"),
};
const LOADER = "/lib64/ld-linux-x86-64.so.2";
const CALL: Words = ["v1", "prepare", "begin", "-"];

/** What is done to the program in `hookvisor`, in a folder of its own that has a copy of ld.so in `ld.so`. */
const CASES: [name: string, needs: (keyof typeof HAS)[], script: string][] = [
  ["strip", ["binutils"], "strip hookvisor"],
  ["strip --strip-debug", ["binutils"], "strip --strip-debug hookvisor"],
  ["strip --strip-unneeded", ["binutils"], "strip --strip-unneeded hookvisor"],
  ["the strip of dh_strip", ["binutils"], "strip --remove-section=.comment --remove-section=.note hookvisor"],
  ["the strip of brp-strip", ["binutils"], "strip -g hookvisor"],
  ["objcopy --add-section", ["binutils"], "objcopy --add-section .extra=ld.so hookvisor"],
  [
    "objcopy --only-keep-debug and --add-gnu-debuglink",
    ["binutils"],
    "objcopy --only-keep-debug --compress-debug-sections hookvisor debug && objcopy --add-gnu-debuglink=debug hookvisor",
  ],
  ["eu-strip", ["elfutils"], "eu-strip hookvisor"],
  ["eu-strip as find-debuginfo calls it", ["elfutils"], "eu-strip --remove-comment -f debug hookvisor"],
  [
    "eu-elfcompress, which has libelf write the file anew",
    ["elfutils"],
    "eu-elfcompress --force --type=zlib --name='*' hookvisor",
  ],
  ["llvm-strip", ["llvm"], "llvm-strip hookvisor"],
  ["llvm-strip --strip-sections", ["llvm"], "llvm-strip --strip-sections hookvisor"],
  ["patchelf --set-interpreter", ["patchelf"], "patchelf --set-interpreter $PWD/ld.so hookvisor"],
  ["patchelf --set-rpath", ["patchelf"], "patchelf --set-rpath /opt/own/lib:/opt/more/lib hookvisor"],
  [
    "patchelf twice, then strip",
    ["patchelf", "binutils"],
    `patchelf --set-rpath /opt/own/lib hookvisor
     patchelf --set-interpreter $PWD/ld.so --set-rpath /opt/own/lib:/a/much/longer/path/than/before hookvisor
     strip hookvisor`,
  ],
  [
    "patchelf five times",
    ["patchelf"],
    "for i in 1 2 3 4 5; do patchelf --set-rpath /opt/own/lib:/each/time/longer$i$PWD/$(seq -s / $((10 * i))) hookvisor; done",
  ],
  [
    "strip, then patchelf",
    ["binutils", "patchelf"],
    "strip hookvisor; patchelf --set-interpreter $PWD/ld.so --set-rpath /opt/own/lib hookvisor",
  ],
  [
    "dh_strip itself",
    ["debhelper"],
    `mkdir -p debian/hookvisor/usr/bin; mv hookvisor debian/hookvisor/usr/bin
     printf 'Source: hookvisor\\nBuild-Depends: debhelper-compat (= 13)\\n\\nPackage: hookvisor\\nArchitecture: any\\n' \\
       > debian/control
     dh_strip; mv debian/hookvisor/usr/bin/hookvisor .`,
  ],
  [
    "rpm's brp-strip and brp-strip-comment-note themselves",
    ["rpm"],
    `mkdir root; mv hookvisor root; export RPM_BUILD_ROOT=$PWD/root
     /usr/lib/rpm/brp-strip; /usr/lib/rpm/brp-strip-comment-note; mv root/hookvisor .`,
  ],
];

/** Calls the handler once plainly, then takes a checkpoint and calls it three times more. */
const CALLS = `set -e
"$1" version
HOOKVISOR_START=plain "$2" v1 prepare begin -
"$1" checkpoint
for _ in 1 2 3; do "$2" v1 prepare begin -; done`;

/** A copy of the program in a host's folder, changed by a script there; gives its path. */
async function changed(host: Host, script: string): Promise<string> {
  const folder = host.scratch("program");
  Deno.copyFileSync(PROGRAM, `${folder}/hookvisor`);
  Deno.copyFileSync(LOADER, `${folder}/ld.so`);
  const { code, stdout, stderr } = await run("/bin/sh", ["-ec", script], { cwd: folder });
  assert.equal(code, 0, stdout + stderr);
  return `${folder}/hookvisor`;
}

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
