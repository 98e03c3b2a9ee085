import { deepEqual, match } from "node:assert/strict";
import type { Steps } from "../../../src/checkpoint/steps.ts";
import {
  CALL,
  type Call,
  checkpoint,
  CODE,
  DATA,
  FOUR,
  PLAIN,
  Restorable,
  RESTORED,
  RESTORING,
  STEPS_ADDRESS,
} from "./checkpoints.ts";

/** Runs the program with a checkpoint that would serve, but for what the test does to it. */
function startsPlainly(
  name: string,
  { change, steps, ...call }: Call & {
    /** Gives the file's bytes, from those of a good one. */
    change?: (good: Uint8Array<ArrayBuffer>) => Uint8Array;
    steps?: { address?: number; first?: (steps: Steps) => void; last?: (steps: Steps) => void };
  },
  expected = PLAIN.stdout,
): void {
  Deno.test({
    ...RESTORING,
    name: `the entry code starts the program plainly ${name}`,
    fn: async () => {
      using program = await Restorable.make();
      const good = checkpoint(program.tag, steps);
      deepEqual(await program.run(change ? change(good) : good, call), { ...PLAIN, stdout: expected });
    },
  });
}

/** Changes one word of the header: 2 the file's size, 3 the steps' address, 4 their size. */
function word(
  index: number,
  value: (old: bigint) => bigint,
): (good: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> {
  return (good) => {
    const words = new BigInt64Array(good.buffer);
    words[index] = value(words[index]!);
    return good;
  };
}

for (const at of [0, 7, 8, 15]) {
  startsPlainly(`when byte ${at} of the tag is another`, {
    change: (good) => good.with(at, good[at]! ^ 1),
  });
}
startsPlainly("when the checkpoint is cut off", { change: (good) => good.slice(0, -1) });
startsPlainly("when the checkpoint is longer", { change: (good) => Uint8Array.of(...good, 0) });
startsPlainly("when the checkpoint says that it is longer", { change: word(2, (size) => size + 1n) });
startsPlainly("when the checkpoint ends in its header", { change: (good) => good.slice(0, 63) });
startsPlainly("when the checkpoint says that it ends in its header", {
  change: (good) => word(2, () => 63n)(good).slice(0, 63),
});
startsPlainly("when the checkpoint is empty", { change: () => new Uint8Array() });
startsPlainly("when the steps want to be at no page", { change: word(3, (address) => address + 1n) });
startsPlainly("when the steps want to be where no program's memory is", { change: word(3, () => -4096n) });
startsPlainly("when the steps are of no size", { change: word(4, () => 0n) });

startsPlainly("when there is no checkpoint", { before: "rm checkpoint" });
startsPlainly("when there is no folder for it", { before: "cd ..; rm -r hookvisor" });
startsPlainly("when the checkpoint is a symbolic link to one", {
  before: "mv checkpoint good; ln -s good checkpoint",
});
startsPlainly("when the checkpoint is a folder", { before: "rm checkpoint; mkdir -m 600 checkpoint" });
startsPlainly("when the checkpoint is a FIFO, without waiting for it", {
  before: "rm checkpoint; mkfifo -m 600 checkpoint",
});
startsPlainly("when the checkpoint is a device", { before: "rm checkpoint; mknod -m 600 checkpoint c 1 5" });
for (const mode of ["644", "640", "602", "400", "700", "4600"]) {
  startsPlainly(`when the checkpoint's mode is ${mode}`, { before: `chmod ${mode} checkpoint` });
}
startsPlainly("when the checkpoint is another user's", { before: "chown 65534 checkpoint" });

startsPlainly("with three arguments", { args: FOUR.slice(0, 3) }, "one|two words|");
startsPlainly("with five arguments", { args: [...FOUR, "four"] }, `${PLAIN.stdout}four|`);
startsPlainly("with a variable that asks for it", { env: { HOOKVISOR_START: "plain" } });
startsPlainly("with a variable that asks for it and is empty", { env: { HOOKVISOR_START: "" } });
startsPlainly("with a variable that begins as that does", { env: { HOOKVISO: "" } });
startsPlainly("when descriptor 3 is in use, even for the checkpoint", {
  redirections: "3</run/hookvisor/checkpoint",
});
startsPlainly("when a descriptor before 3 is free", { redirections: "<&-" });
// Each could open the file all the same: by capability, or with root's rights.
const OPENING = "--inh-caps +dac_override --ambient-caps +dac_override";
startsPlainly("for another user than root", { prefix: `setpriv --reuid 65534 ${OPENING}` });
startsPlainly("for another user's process with root's rights", { prefix: "setpriv --ruid 65534" });
startsPlainly("for root's process with another user's rights", {
  prefix: `setpriv --euid 65534 ${OPENING} --securebits +noroot`,
});

const wrong = (steps: Steps) => steps.call(CALL.getpid, [], 0);
startsPlainly("when the first step gives another result", { steps: { first: wrong } });
startsPlainly("when the last step gives another result", { steps: { last: wrong } });
startsPlainly("when a step fails", { steps: { first: (steps) => steps.call(CALL.close, [99], 0) } });
startsPlainly("when a step is none that the kernel knows", {
  steps: { first: (steps) => steps.call(4000, [], 0) },
});
startsPlainly("when memory that a step wants is in use", {
  steps: {
    first: (steps) => steps.call(CALL.mmap, [STEPS_ADDRESS, 4096, 3, 0x100022, -1, 0], STEPS_ADDRESS),
  },
});
for (const at of [0, 7]) {
  startsPlainly(`when memory that was to be the same is not in byte ${at}`, {
    steps: {
      first: (steps) => steps.same(steps.text("the same"), new TextEncoder().encode("the same").with(at, 0)),
    },
  });
}
startsPlainly("when memory that was brought is not the same", {
  steps: { last: (steps) => steps.same(CODE, new Uint8Array(8)) },
});

/** Takes memory and descriptors, and sets what the kernel keeps for a process's C library: signals, the thread. */
function meddle(steps: Steps): void {
  for (let i = 0; i < 6; i++) {
    const address = 0x3000_0000 + i * 0x10000;
    steps.call(CALL.mmap, [address, 4096, 3, 0x100022, -1, 0], address);
    steps.call(CALL.openat, [-100, steps.text("/"), 0], 3 + i);
  }
  const action = steps.room(32);
  for (const signal of [10, 12, 13]) steps.call(CALL.rt_sigaction, [signal, action, 0, 8], 0);
  const stack = new BigInt64Array([BigInt(DATA), 0n, 4096n]);
  steps.call(CALL.sigaltstack, [steps.place(new Uint8Array(stack.buffer)), 0], 0);
  steps.call(CALL.set_robust_list, [DATA, 24], 0);
  steps.call(CALL.arch_prctl, [0x1002, DATA], 0);
}

Deno.test({
  ...RESTORING,
  name: "the entry code starts the program plainly after 20 steps of all kinds were right and one was not",
  fn: async () => {
    using program = await Restorable.make();
    deepEqual(await program.run(checkpoint(program.tag, { last: meddle })), RESTORED);
    const last = (steps: Steps) => {
      meddle(steps);
      wrong(steps);
    };
    deepEqual(await program.run(checkpoint(program.tag, { last })), PLAIN);
  },
});

Deno.test({
  ...RESTORING,
  name: "the entry code closes a checkpoint that it does not restore from",
  fn: async () => {
    using program = await Restorable.make("ls");
    const file = checkpoint(program.tag, { first: wrong });
    const found = await program.run(file, { args: ["-d", "--", "/proc/self/fd/3", "/"] });
    deepEqual([found.stdout, found.code], ["/\n", 2]);
    match(found.stderr, /\/proc\/self\/fd\/3/);
  },
});

/** With its addresses not at random, a process's stack ends here: so high that otherwise nothing is there. */
const END_OF_STACK = 0x7fff_ffff_f000;
const SETARCH = "setarch x86_64 -R";

Deno.test({
  ignore: RESTORING.ignore || !canSetArchitecture(),
  name: "the entry code starts the program plainly when the memory for the steps is in use, and only then",
  fn: async () => {
    using program = await Restorable.make();
    const file = checkpoint(program.tag, { address: END_OF_STACK - 8192 });
    deepEqual(await program.run(file, { prefix: SETARCH }), PLAIN);
    deepEqual(await program.run(file), RESTORED);
  },
});

function canSetArchitecture(): boolean {
  const command = new Deno.Command("sh", {
    args: ["-c", `${SETARCH} true`],
    stdout: "null",
    stderr: "null",
  });
  return command.outputSync().success;
}
