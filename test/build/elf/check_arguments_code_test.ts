import { deepEqual, equal, match } from "node:assert/strict";
import { HAS_OWN_MOUNTS, withOwnMounts } from "./namespaces.ts";
import { Folder, ON_X86 } from "./real_programs.ts";

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Every lead byte with following bytes at and beside the bounds of every range that UTF-8 knows. */
function* sequences(): Generator<number[]> {
  const following = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
  const last = [0x41, 0x80, 0xbf, 0xc2];
  for (let lead = 0x80; lead <= 0xff; lead++) {
    yield [lead];
    for (const second of following) {
      yield [0x61, lead, second];
      for (const third of last) {
        yield [lead, second, third];
        for (const fourth of last) yield [lead, second, third, fourth, 0x7a];
      }
    }
  }
}

/** Runs a shell script in a folder that has these programs in `with/`; gives what it wrote. */
async function script(programs: string[], text: string): Promise<string> {
  using folder = new Folder();
  for (const program of programs) await folder.add(program);
  return new TextDecoder().decode(await folder.script(text));
}

Deno.test({
  ...ON_X86,
  name: "the entry code changes exactly the arguments that are not UTF-8, and only their high bytes",
  fn: async () => {
    using folder = new Folder();
    await folder.add("printf");
    const given = [[], [0x2d, 0x2d], [0xc3, 0xa4, 0x20, 0x27], [0xf0, 0x9f, 0x98, 0x80], ...sequences()];
    folder.write("input", Uint8Array.from(given.flatMap((bytes) => [...bytes, 0])));
    const expected = given.flatMap((bytes) => {
      const valid = isUtf8(Uint8Array.from(bytes));
      return [...bytes.map((byte) => valid || byte < 0x80 ? byte : 0x1a), 0];
    });
    const printed = await folder.script(String.raw`xargs -0 -n 3000 with/printf '%s\0' <input`);
    deepEqual(printed, Uint8Array.from(expected));
  },
});

Deno.test({
  ...ON_X86,
  name: "the entry code changes the program's own name when it is not UTF-8",
  fn: async () => {
    const run = String.raw`name=$(printf 'a\377\303\244'); cp with/sh "$name"; "./$name" -c 'printf %s "$0"'`;
    equal(await script(["sh"], run), "./a\x1a\x1a\x1a");
  },
});

Deno.test({
  ...ON_X86,
  name: "the entry code leaves the environment alone when it is not UTF-8",
  fn: async () => {
    using folder = new Folder();
    await folder.add("env");
    const printed = await folder.script(String.raw`env -i "A=$(printf 'a\377')" with/env`);
    deepEqual(printed, Uint8Array.from([..."A=a"].map((c) => c.charCodeAt(0)).concat(0xff, 0x0a)));
  },
});

Deno.test({
  ...ON_X86,
  name: "the entry code changes to / when the working directory is gone, and only then",
  fn: async () => {
    equal(await script(["pwd"], "mkdir gone && cd gone && rmdir ../gone && ../with/pwd -P"), "/\n");
    match(await script(["pwd"], "mkdir there && cd there && ../with/pwd -P"), /\/there\n$/);
  },
});

Deno.test({
  ignore: ON_X86.ignore || !HAS_OWN_MOUNTS,
  name: "the entry code changes to / when the working directory is on no mount that the process can reach",
  fn: async () => {
    const away = "mkdir away && mount -t tmpfs none away && cd away && umount -l . && $OLDPWD/with/pwd -P";
    equal(await script(["pwd"], withOwnMounts(["sh", "-c", `'${away}'`]).join(" ")), "/\n");
  },
});
