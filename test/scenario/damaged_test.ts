/** A file that is not what the build made: the program says so in one line, and no running guest pays for it. */
import assert from "node:assert/strict";
import { readHeader, readProgramHeaders, viewOf } from "../../build/elf/elf64.ts";
import { entryCodeLabel } from "../../build/elf/entry_code.ts";
import { readImage } from "../../build/elf/image.ts";
import { OPERATIONS } from "../../src/protocol/operations.ts";
import { Host, PROGRAM, run } from "./support.ts";
import { hasTool } from "../build/elf/tools.ts";

const ON_X86 = Deno.build.arch === "x86_64";
const WHOLE = ON_X86 ? Deno.readFileSync(PROGRAM) : new Uint8Array();

const CUT = "the file of hookvisor is cut short: install it again";
const DAMAGED = "the program in the file of hookvisor is damaged: install it again";

/** Where the table of program headers ends, and the last byte that is loaded. */
function bounds(): { table: number; loaded: number } {
  const { programOffset, programCount } = readHeader(WHOLE);
  const headers = readProgramHeaders(WHOLE, programOffset, programCount);
  const ends = headers.map(({ offset, fileSize }) => Number(offset + fileSize));
  return { table: programOffset + programCount * 56, loaded: Math.max(...ends) };
}

/** The payload's first byte and size: the file's bytes are where they are in memory. */
function payload(): { address: number; size: number } {
  return readImage(WHOLE).sections.find(({ name }) => name === ".note.sui")!;
}

function write(path: string, bytes: Uint8Array): void {
  Deno.writeFileSync(path, bytes, { mode: 0o755 });
}

/** The header of the section that names the interpreter: its place in the file. */
function interpreterRow(): number {
  const { sectionOffset } = readHeader(WHOLE);
  const index = readImage(WHOLE).sections.find(({ name }) => name === ".interp")!.index!;
  return sectionOffset + index * 64;
}

/** One line, and 1 as every command that fails. */
async function refuses(program: string, why: string): Promise<void> {
  const { code, signal, stdout, stderr } = await run(program, ["version"]);
  assert.deepEqual({ code, signal, stdout, stderr }, {
    code: 1,
    signal: null,
    stdout: "",
    stderr: `error: ${why}\n`,
  });
}

Deno.test({
  ignore: !ON_X86,
  name: "a file that is cut short anywhere behind its first page says so",
  fn: async () => {
    using host = new Host();
    const path = `${host.folder}/hookvisor`;
    const { table, loaded } = bounds();
    const first = Math.ceil(table / 4096) * 4096;
    const parts = [0.1, 0.25, 0.5, 0.75, 0.9, 0.98].map((part) => Math.floor(part * loaded));
    for (const size of [table, first, first + 1, 0x10000, ...parts, payload().address, loaded - 1]) {
      write(path, WHOLE.subarray(0, size));
      await refuses(path, CUT);
    }
  },
});

/** Tools that put the program headers before the code, so that the kernel starts what is cut off in the code. */
const MOVERS: [tool: string, debianPackage: string, ...args: string[]][] = [
  ["strip", "binutils"],
  ["patchelf", "patchelf", "--set-rpath", "/opt/own/lib"],
];

for (const [tool, debianPackage, ...args] of MOVERS) {
  Deno.test({
    ignore: !ON_X86 || !hasTool(tool),
    name:
      `a file that ${tool} has written and that is cut short in the entry code says so, and reconnect goes on (needs Debian's ${debianPackage})`,
    fn: async () => {
      using host = new Host();
      const path = `${host.folder}/hookvisor`;
      write(path, WHOLE);
      assert.equal((await run(tool, [...args, path])).code, 0);
      const whole = Deno.readFileSync(path);
      assert.equal(readHeader(whole).programOffset, 64);
      // "wait" is behind what is needed to answer. Of the last word the third byte is not zero.
      const [least, last] = [entryCodeLabel("wait"), entryCodeLabel("last word") + 2];
      assert.ok(least < 4096 && last > 4096);
      for (const size of [least, 4095, 4096, 4097, 5000, last, last + 1]) {
        write(path, whole.subarray(0, size));
        await refuses(path, CUT);
        for (const [operation, code] of [["prepare", 1], ["reconnect", 0]] as const) {
          const words = [host.hookLink("qemu", path), "v1", operation, "begin", "-"];
          const ended = await host.inside(`exec "$@"`, words);
          assert.deepEqual(
            [ended.code, ended.signal, ended.stdout],
            [code, null, ""],
            `${size} ${operation}`,
          );
          assert.match(ended.stderr, new RegExp(`^[^\n]*${CUT}\n$`));
          const spelledOut = await run(path, ["hook", ...words.with(0, "qemu")]);
          assert.deepEqual([spelledOut.code, spelledOut.stderr], [code, `error: ${CUT}\n`]);
        }
      }
    },
  });
}

Deno.test({
  ignore: !ON_X86,
  name: "a file that is cut short before the end of its program headers is none that the kernel starts",
  fn: async () => {
    using host = new Host();
    const path = `${host.folder}/hookvisor`;
    for (const size of [64, 1000, 0x500, 0x600, bounds().table - 1]) {
      write(path, WHOLE.subarray(0, size));
      // The C library then tries it as a script.
      const { code, signal } = await run(path, ["version"]);
      assert.ok(code !== 0 && signal === null, `${size}: ${code} ${signal}`);
    }
  },
});

Deno.test({
  ignore: !ON_X86,
  name: "a file of which only the table of sections is cut off works",
  fn: async () => {
    using host = new Host();
    const path = `${host.folder}/hookvisor`;
    write(path, WHOLE.subarray(0, bounds().loaded));
    assert.equal((await run(path, ["version"])).code, 0);
  },
});

Deno.test({
  ignore: !ON_X86,
  name: "a file in whose payload one byte is another says so, and so does one with two words exchanged",
  fn: async () => {
    using host = new Host();
    const path = `${host.folder}/hookvisor`;
    const { address, size } = payload();
    const places = [0, 5, 4096, Math.floor(size / 2), size - 17, size - 4, size - 1];
    for (const at of places) {
      const bytes = WHOLE.slice();
      bytes[address + at]! ^= 0x20;
      write(path, bytes);
      await refuses(path, DAMAGED);
    }
    const bytes = WHOLE.slice();
    const view = viewOf(bytes);
    const at = address + 1600;
    const [one, other] = [view.getBigUint64(at, true), view.getBigUint64(at + 64, true)];
    assert.notEqual(one, other);
    view.setBigUint64(at, other, true);
    view.setBigUint64(at + 64, one, true);
    write(path, bytes);
    await refuses(path, DAMAGED);
  },
});

Deno.test({
  ignore: !ON_X86 || !hasTool("objcopy"),
  name: "a file whose payload a tool has removed says so (needs Debian's binutils)",
  fn: async () => {
    using host = new Host();
    const path = `${host.folder}/hookvisor`;
    for (const sections of [[".note.sui"], [".note.sui", ".sui.phdrs"], [".note*"]]) {
      const remove = sections.map((name) => `--remove-section=${name}`);
      assert.equal((await run("objcopy", [...remove, PROGRAM, path])).code, 0);
      await refuses(path, DAMAGED);
    }
  },
});

Deno.test({
  ignore: !ON_X86,
  name: "a file whose sections name no path of an interpreter says so",
  fn: async () => {
    using host = new Host();
    const path = `${host.folder}/hookvisor`;
    // sh_addr: where nothing is, where the file header is, and where zeros are.
    for (const address of [0x7fff_ffff_0000n, 0x10_0000_0000n, 0n, 0x100n]) {
      const bytes = WHOLE.slice();
      viewOf(bytes).setBigUint64(interpreterRow() + 16, address, true);
      write(path, bytes);
      await refuses(path, DAMAGED);
    }
  },
});

Deno.test({
  ignore: !ON_X86 || !hasTool("strip"),
  name: "a file from which a tool has removed the interpreter's path says so (needs Debian's binutils)",
  fn: async () => {
    using host = new Host();
    const path = `${host.folder}/hookvisor`;
    assert.equal((await run("strip", ["--remove-section=.interp", "-o", path, PROGRAM])).code, 0);
    await refuses(path, DAMAGED);
  },
});

Deno.test({
  ignore: !ON_X86,
  name:
    "hook calls of a damaged file answer as a handler's failure does: reconnect goes on, prepare is refused, with one line",
  fn: async () => {
    using host = new Host();
    const path = `${host.folder}/hookvisor`;
    const overwritten = WHOLE.slice();
    overwritten.fill(0, payload().address, payload().address + 4096);
    for (const [bytes, why] of [[WHOLE.subarray(0, 40_000_000), CUT], [overwritten, DAMAGED]] as const) {
      write(path, bytes);
      for (const { driver, name, subOperation, onFailure } of OPERATIONS) {
        const words = [host.hookLink(driver, path), "v1", name, subOperation, "-"];
        const { code, signal, stdout, stderr } = await host.inside(`exec "$@"`, words);
        assert.deepEqual(
          [code, signal, stdout],
          [onFailure === "abort" ? 1 : 0, null, ""],
          `${driver} ${name}: ${stderr}`,
        );
        assert.match(stderr, new RegExp(`^[^\n]*${why}[^\n]*\n$`));
      }
    }
  },
});

Deno.test({
  ignore: !ON_X86,
  name:
    "hook calls of a damaged file that are spelled out exit as those by a link do, and what is no hook call with 1",
  fn: async () => {
    using host = new Host();
    const path = `${host.folder}/hookvisor`;
    write(path, WHOLE.subarray(0, 40_000_000));
    const exits = async (args: readonly string[], code: number) => {
      const ended = await run(path, args);
      assert.deepEqual([ended.code, ended.stderr], [code, `error: ${CUT}\n`], args.join(" "));
    };
    for (const { driver, name, subOperation, onFailure } of OPERATIONS) {
      const call = [driver, "v1", name, subOperation, "-"];
      await exits(["hook", ...call], onFailure === "abort" ? 1 : 0);
      await exits(host.arguments(call), onFailure === "abort" ? 1 : 0);
    }
    await exits(["hook", "qemu", "v1", "heard-of-never", "begin", "-"], 0);
    await exits(["hook", "ship", "v1", "reconnect", "begin", "-"], 1);
    await exits(["hooks", "qemu", "v1", "reconnect", "begin", "-"], 1);
    await exits(["hook", "qemu", "v1", "reconnect"], 1);
  },
});
