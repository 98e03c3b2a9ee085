import assert from "node:assert/strict";
import { Deadline } from "../../src/base/deadline.ts";
import { Command } from "../../src/system/command.ts";
import { Loop } from "../../src/system/loop.ts";

/** Writes too much, says so by a file, waits for another, and leaves the size of its pipe in a third. */
const WRITER = `import fcntl, os, sys, time
folder, name = sys.argv[1:]
F_GETPIPE_SZ = 1032
os.write(1, b"x" * 100)
open(f"{folder}/{name}.wrote", "w").close()
while not os.path.exists(f"{folder}/go"): time.sleep(0.01)
with open(f"{folder}/{name}.size", "w") as file: file.write(str(fcntl.fcntl(1, F_GETPIPE_SZ)))
`;

/** Runs so many at once, whose output beyond 10 bytes nobody keeps. Gives the sizes of their pipes, in bytes. */
function pipeSizes(count: number): number[] {
  const folder = Deno.makeTempDirSync();
  const loop = new Loop();
  const until = Deadline.in(60_000);
  const names = (end: string) => [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(end));
  let ended = 0;
  try {
    for (let i = 0; i < count; i++) {
      new Command(loop, {
        path: "/usr/bin/python3",
        args: ["-c", WRITER, folder, String(i)],
        env: { PATH: "/usr/bin:/bin" },
        stdin: "",
        outputLimit: 10,
        timeoutMs: Infinity,
        graceMs: 100,
        done: () => ended++,
      });
    }
    while (names(".wrote").length < count && !until.passed) loop.turn(Deadline.in(20));
    // What was written before is there: this turn reads it.
    for (let i = 0; i < 5; i++) loop.turn(Deadline.in(20));
    Deno.writeTextFileSync(`${folder}/go`, "");
    while (ended < count && !until.passed) loop.turn(until);
    return names(".size").map(({ name }) => Number(Deno.readTextFileSync(`${folder}/${name}`)));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("of many pipes whose output nobody keeps only sixteen are wide, and later ones may be again", () => {
  const wide = (sizes: number[]) => sizes.filter((size) => size === 1024 * 1024).length;
  const sizes = pipeSizes(20);
  assert.equal(sizes.length, 20);
  assert.equal(wide(sizes), 16);
  assert.equal(wide(pipeSizes(16)), 16);
});
