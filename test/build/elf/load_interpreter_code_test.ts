import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { addEntryCode } from "../../../build/elf/add_entry_code.ts";
import { readHeader } from "../../../build/elf/elf64.ts";
import { Folder, ON_X86, type Outcome, systemProgram } from "./real_programs.ts";

/** Runs a program without the entry code and with it. */
async function both(
  program: string,
  args: string[],
  env?: Record<string, string>,
): Promise<{ without: Outcome; with: Outcome }> {
  using folder = new Folder();
  await folder.add(program);
  return {
    without: await folder.run(`without/${program}`, args, env),
    with: await folder.run(`with/${program}`, args, env),
  };
}

/** What ld.so says of the auxiliary vector. */
function auxiliary({ stdout }: Outcome): Map<string, string> {
  return new Map(
    [...stdout.matchAll(/^(AT_.*?):? +([^ ]+)$/gm)].map(([, name, value]) => [name!, value!]),
  );
}

/** Protection, offset and path of every mapping of ld.so, and of its memory that is no file's, which follows it without a gap. */
function mappingsOfLoader({ stdout }: Outcome): string[] {
  const kept: string[] = [];
  let end = "";
  for (const line of stdout.trimEnd().split("\n")) {
    const [, from, to, what] = /^(\w+)-(\w+) (.*)$/.exec(line)!;
    if (!/\/ld[-.]/.test(what!) && !(from === end && /^rw.* 0 *$/.test(what!))) continue;
    kept.push(what!.replace(/ +/g, " "));
    end = to!;
  }
  return kept;
}

const CASES: [what: string, program: string, args: string[]][] = [
  ["its arguments", "printf", ["%s|", "one", "two words", "", "ä€😀", "--", "%s"]],
  ["its environment", "env", []],
  ["its own name", "sh", ["-c", 'printf %s "${0##*/}"']],
  ["its exit code and stderr", "sh", ["-c", "echo gone wrong >&2; exit 7"]],
  ["the signal that ends it", "sh", ["-c", "kill -9 $$"]],
  ["programs that it starts", "xargs", ["-a", "/etc/passwd", "-n", "3", "/usr/bin/printf", "%s;"]],
  ["no arguments", "pwd", []],
  ["libraries that are loaded late", "sh", ["-c", "id; echo ~root"]],
];

for (const [what, program, args] of CASES) {
  Deno.test({
    ...ON_X86,
    name: `the entry code goes on in the program as the kernel would: ${what}`,
    fn: async () => {
      const outcome = await both(program, args, { PATH: "/usr/bin:/bin", EMPTY: "", UMLAUT: "ä" });
      deepEqual(outcome.with, outcome.without);
      ok(outcome.with.stdout + outcome.with.stderr + outcome.with.signal !== "");
    },
  });
}

Deno.test({
  ...ON_X86,
  name: "the entry code goes on in a large program with threads, whatever kind of start it is",
  fn: async () => {
    using folder = new Folder();
    folder.write("deno", await addEntryCode(Deno.readFileSync(Deno.execPath())));
    const args = ["eval", "console.log(await Promise.all([1, 2].map((n) => Promise.resolve(2 * n))))"];
    const starts: Record<string, string>[] = [{}, { HOOKVISOR_START: "plain" }];
    for (const start of starts) {
      const outcome = await folder.run("deno", args, { HOME: folder.path, NO_COLOR: "1", ...start });
      deepEqual(outcome, { stdout: "[ 2, 4 ]\n", stderr: "", code: 0, signal: null });
    }
  },
});

Deno.test({
  ...ON_X86,
  name: "the entry code lets the program see the auxiliary vector that it would see without",
  fn: async () => {
    const outcome = await both("true", [], { LD_SHOW_AUXV: "1" });
    const [before, after] = [auxiliary(outcome.without), auxiliary(outcome.with)];
    deepEqual([...after.keys()], [...before.keys()]);
    for (const name of ["AT_PHENT", "AT_PAGESZ", "AT_FLAGS", "AT_HWCAP", "AT_UID", "AT_SECURE"]) {
      equal(after.get(name), before.get(name), name);
    }
    for (const name of ["AT_BASE", "AT_ENTRY", "AT_PHDR", "AT_SYSINFO_EHDR"]) {
      ok(Number(after.get(name)) > 0, name);
    }
    // The kernel's program headers, one that says where they are, and one that names the interpreter.
    const { programCount } = readHeader(await addEntryCode(systemProgram("true")));
    equal(Number(after.get("AT_PHNUM")), programCount + 2);
    match(after.get("AT_EXECFN")!, /\/with\/true$/);
  },
});

Deno.test({
  ...ON_X86,
  name: "the entry code loads ld.so where AT_BASE says, with the protection that the kernel gives it",
  fn: async () => {
    const outcome = await both("cat", ["/proc/self/maps"], { LD_SHOW_AUXV: "1" });
    for (const one of [outcome.without, outcome.with]) {
      const base = auxiliary(one).get("AT_BASE")!.slice(2);
      match(one.stdout, new RegExp(`^${base}-\\w+ r\\S+ 0+ .*/ld[-.]`, "m"));
      one.stdout = one.stdout.replaceAll(/^AT_.*\n/gm, "");
    }
    const loaded = mappingsOfLoader(outcome.with);
    ok(loaded.length >= 4);
    deepEqual(loaded, mappingsOfLoader(outcome.without));
  },
});

Deno.test({
  ...ON_X86,
  name: "the entry code leaves no descriptor open, and no memory that can be written and executed",
  fn: async () => {
    const open = await both("sh", ["-c", "ls /proc/$$/fd"], { PATH: "/usr/bin:/bin" });
    deepEqual(open.with, open.without);
    match(open.with.stdout, /^0\n1\n/);
    const maps = (await both("cat", ["/proc/self/maps"])).with.stdout;
    ok(!/^\S+ .wx/m.test(maps), maps);
  },
});

Deno.test({
  ...ON_X86,
  name: "with a variable that asks for a plain start the program gets no vDSO and no heap that can grow",
  fn: async () => {
    const read = ["/proc/self/maps"];
    for (const variable of ["HOOKVISOR_START", "HOOKVISO", "HOOKVISORS"]) {
      const outcome = await both("cat", read, { LD_SHOW_AUXV: "1", [variable]: "plain" });
      const [before, after] = [auxiliary(outcome.without), auxiliary(outcome.with)];
      before.delete("AT_SYSINFO_EHDR");
      deepEqual([...after.keys()], [...before.keys()]);
      equal(outcome.with.code, 0);
      match(outcome.without.stdout, / rw-p .*\[heap\]$/m);
      ok(!/ rw-p .*\[heap\]$/m.test(outcome.with.stdout), outcome.with.stdout);
    }
  },
});

Deno.test({
  ...ON_X86,
  name: "variables that only resemble the one that asks for a plain start change nothing",
  fn: async () => {
    const env = { LD_SHOW_AUXV: "1", HOOKVIS: "ORX", XHOOKVISOR_START: "plain", hookvisor_start: "plain" };
    const vector = auxiliary((await both("true", [], env)).with);
    notEqual(vector.get("AT_SYSINFO_EHDR"), undefined);
  },
});

Deno.test({
  ...ON_X86,
  name: "the entry code advises the kernel to read the program's file in large pieces",
  fn: async () => {
    const { with: advised, without } = await both("cat", ["/proc/self/smaps"]);
    const flags = ({ stdout }: Outcome) =>
      [...stdout.matchAll(/^\S+ r.*\/cat\n(?:[A-Z].*\n)*?VmFlags: (.*)$/gm)].map(([, flags]) => flags!);
    const advisedOf = (outcome: Outcome) => flags(outcome).filter((one) => /\bhg\b/.test(one)).length;
    equal(advisedOf(without), 0);
    // A kernel without huge pages does not know the advice.
    const knows = without.stdout.includes("THPeligible");
    ok(flags(without).length > 2);
    equal(advisedOf(advised), knows ? flags(advised).length : 0);
  },
});
