/** What tools that look at executables say of the program: the same as of the runtime that it is made of. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PROGRAM, run } from "./support.ts";
import { hasTool } from "../build/elf/tools.ts";

const TOOLS = join(import.meta.dirname!, "../../.tools");
/** Deno's runtime without its symbols, otherwise as Deno's makers have linked it. */
const RUNTIME = ["denort", "denort-given"].map((name) => join(TOOLS, name)).find(isFile) ?? "";
const LOADER = "/lib64/ld-linux-x86-64.so.2";
const ON_X86 = Deno.build.arch === "x86_64" && RUNTIME !== "";

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Runs a tool of this machine; gives what it wrote. It must not complain. */
async function said(command: string, args: string[], cwd = "/"): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, { cwd });
  assert.deepEqual([code, stderr], [0, ""], stdout);
  return stdout;
}

/** Says of both, with nothing in it of which file it is and where it was loaded. */
async function saysTheSame(command: string, args: string[], least: RegExp): Promise<void> {
  const [program, runtime] = await Promise.all(
    [PROGRAM, RUNTIME].map(async (file) =>
      (await said(command, [...args, file])).replaceAll(file, "FILE").replaceAll(/ \(0x[0-9a-f]+\)/g, "")
    ),
  );
  assert.match(program!, least);
  assert.equal(program, runtime);
}

function test(tool: string, debianPackage: string, name: string, fn: () => Promise<void>): void {
  Deno.test({ ignore: !ON_X86 || !hasTool(tool), name: `${name} (needs Debian's ${debianPackage})`, fn });
}

test("ldd", "libc-bin", "ldd tells the program's libraries", async () => {
  await saysTheSame("ldd", [], /libc\.so\.6 => \/.*\n.*\/ld-linux-x86-64\.so\.2\n/);
});

test("/usr/lib/rpm/elfdeps", "rpm", "rpm's dependency generator tells the program's libraries", async () => {
  await saysTheSame("/usr/lib/rpm/elfdeps", ["--requires"], /^libc\.so\.6\(GLIBC_2\.\d+\)\(64bit\)$/m);
  await saysTheSame("/usr/lib/rpm/elfdeps", ["--provides"], /^/);
});

test(
  "dpkg-shlibdeps",
  "dpkg-dev",
  "dpkg-shlibdeps tells the packages of the program's libraries",
  async () => {
    const folder = Deno.makeTempDirSync();
    try {
      Deno.mkdirSync(join(folder, "debian"));
      const control = "Source: hookvisor\n\nPackage: hookvisor\nArchitecture: any\n";
      Deno.writeTextFileSync(join(folder, "debian/control"), control);
      const depends = async (file: string) => {
        const { code, stdout, stderr } = await run("dpkg-shlibdeps", ["-O", file], { cwd: folder });
        assert.equal(code, 0, stderr);
        return stdout;
      };
      const program = await depends(PROGRAM);
      assert.match(program, /^shlibs:Depends=.*\blibc6 \(>= 2\.\d+\)/);
      assert.equal(program, await depends(RUNTIME));
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
);

test("patchelf", "patchelf", "patchelf tells the program's interpreter and libraries", async () => {
  await saysTheSame("patchelf", ["--print-interpreter"], new RegExp(`^${LOADER}\n$`));
  await saysTheSame("patchelf", ["--print-needed"], /^libc\.so\.6$/m);
});

test(
  "file",
  "file",
  "file tells that the program is a dynamic executable of which nothing is to be stripped",
  async () => {
    assert.match(
      await said("file", ["--brief", PROGRAM]),
      /^ELF 64-bit LSB pie executable, x86-64,.* dynamically linked,.* stripped\n$/,
    );
  },
);

test("readelf", "binutils", "readelf reads all of the program without a complaint", async () => {
  const text = await said("readelf", ["--all", "--wide", PROGRAM]);
  assert.match(text, /\(NEEDED\) +Shared library: \[libc\.so\.6\]/);
  // Each byte that is loaded belongs to a section, so that tools keep it.
  assert.match(text, / 00 +\.hookvisor /);
  assert.match(await said("readelf", ["--string-dump=.interp", PROGRAM]), new RegExp(`\\] +${LOADER}\n`));
});

/** The payload is a note of a kind that only Deno knows. */
const OWN_COMPLAINT = /unknown object file note type \d+ with owner name 'SUI'/;

/** What eu-elflint finds wrong in a file. The numbers of sections are left out: others are in front. */
async function complaints(file: string): Promise<string[]> {
  const { stdout } = await run("eu-elflint", ["--gnu-ld", file]);
  return stdout.split("\n").map((line) => line.replaceAll(/\[ *\d+\]/g, "[]"));
}

async function complainsOfNothingNew(program: string, runtime: string): Promise<void> {
  const known = new Set(await complaints(runtime));
  const own = (await complaints(program)).filter((line) => !known.has(line));
  assert.deepEqual(own.filter((line) => !OWN_COMPLAINT.test(line)), []);
  // It looks at all of it.
  assert.ok(own.length > 0 && known.size > 1);
}

test(
  "eu-elflint",
  "elfutils",
  "eu-elflint complains of nothing that it does not find in Deno's runtime too",
  () => complainsOfNothingNew(PROGRAM, RUNTIME),
);

Deno.test({
  ignore: !ON_X86 || !hasTool("eu-elflint") || !hasTool("strip"),
  name:
    "nor does it after strip: symbols name sections by numbers that are right (needs Debian's elfutils and binutils)",
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const [program, runtime] = [join(folder, "program"), join(folder, "runtime")];
      await said("strip", ["-o", program, PROGRAM]);
      await said("strip", ["-o", runtime, RUNTIME]);
      await complainsOfNothingNew(program, runtime);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
