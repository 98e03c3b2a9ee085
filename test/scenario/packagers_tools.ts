/** What packagers' tools are let loose on the program. */
import assert from "node:assert/strict";
import { type Host, PROGRAM, run } from "./support.ts";
import { hasTool } from "../build/elf/tools.ts";

/** Debian's packages, by a program of each. */
export const HAS = {
  binutils: hasTool("strip"),
  elfutils: hasTool("eu-strip"),
  patchelf: hasTool("patchelf"),
  debhelper: hasTool("dh_strip"),
  rpm: hasTool("/usr/lib/rpm/brp-strip"),
  llvm: hasTool("llvm-strip"),
};
export const LOADER = "/lib64/ld-linux-x86-64.so.2";
/** What is done to the program in `hookvisor`, in a folder of its own that has a copy of ld.so in `ld.so`. */
export const CASES: [name: string, needs: (keyof typeof HAS)[], script: string][] = [
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

/** A copy of a program in a host's folder, changed by a script there; gives its path. */
export async function changed(host: Host, script: string, program = PROGRAM): Promise<string> {
  const folder = host.scratch("program");
  Deno.copyFileSync(program, `${folder}/hookvisor`);
  Deno.copyFileSync(LOADER, `${folder}/ld.so`);
  const { code, stdout, stderr } = await run("/bin/sh", ["-ec", script], { cwd: folder });
  assert.equal(code, 0, stdout + stderr);
  return `${folder}/hookvisor`;
}
