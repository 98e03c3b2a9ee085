/**
 * Prints, as JSON, how many descriptors each of some calls has left open. A program of its own, run by
 * left_open_test.ts: the tests of other files share a process, and their descriptors would be counted with these.
 */
import { Deadline } from "../../src/base/deadline.ts";
import { Command } from "../../src/system/command.ts";
import { realPath, walk } from "../../src/system/file.ts";
import { Loop } from "../../src/system/loop.ts";

const TIMES = 100;

/** A command, to its end. */
function run(path: string): void {
  const loop = new Loop();
  new Command(loop, {
    path,
    args: [],
    env: {},
    stdin: "",
    outputLimit: 1_000,
    timeoutMs: Infinity,
    graceMs: 200,
    done: () => {},
  });
  const until = Deadline.in(20_000);
  while (!loop.idle && !until.passed) loop.turn(until);
}

/** Whether it failed, which is what some of these have to do. */
function fails(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch {
    return true;
  }
}

const [folder] = Deno.args;
Deno.symlinkSync(".", `${folder}/here`);

/** What is called, and whether it fails. */
const CALLS: Record<string, [fails: boolean, act: () => unknown]> = {
  "a path resolved": [false, () => realPath(`${folder}/here/here/x`)],
  "a path that leads nowhere": [true, () => walk(`${folder}/here/none/x`, true)],
  "a command": [false, () => run("/bin/true")],
  "a command that is not there": [true, () => run("/nonexistent")],
};

const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
const left: Record<string, number> = {};
for (const [name, [isToFail, act]] of Object.entries(CALLS)) {
  const call = () => {
    if (fails(act) !== isToFail) throw new Error(`${name} ${isToFail ? "did not fail" : "failed"}`);
  };
  // Once before: what is loaded or kept at the first call stays open.
  call();
  // Twice, and the smaller number: the runtime may open one of its own meanwhile, but only once.
  const rounds = [1, 2].map(() => {
    const before = open();
    for (let i = 0; i < TIMES; i++) call();
    return open() - before;
  });
  left[name] = Math.min(...rounds);
}
console.log(JSON.stringify(left));
