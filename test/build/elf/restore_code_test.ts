import { deepEqual, equal } from "node:assert/strict";
import type { Line } from "../../../build/elf/assemble.ts";
import { RESTORE } from "../../../build/elf/restore_code.ts";
import {
  CALL,
  type Call,
  checkpoint,
  DATA,
  type HandMade,
  REGISTERS,
  Restorable,
  RESTORED,
  RESTORING,
  STACK_POINTER,
} from "./checkpoints.ts";

const CASES: [what: string, made: HandMade, call?: Call][] = [
  ["whose memory is mapped from it", {}],
  ["whose code is copied from it", { copied: true }],
  ["with a step that is to fail, and does", { first: (steps) => steps.call(CALL.close, [99], -9) }],
  ["that compares memory which is the same", {
    first: (steps) => {
      const place = steps.text("the same place");
      steps.same(place, new TextEncoder().encode("the same"));
      steps.same(place, new Uint8Array());
    },
    last: (steps) => steps.same(DATA, new Uint8Array(new BigInt64Array([BigInt(STACK_POINTER - 8)]).buffer)),
  }],
  ["with a step that needs its fifth argument", {
    first: (steps) => steps.call(CALL.statx, [-100, steps.text("/"), 0, 0x7ff, steps.room(256)], 0),
  }],
  ["with the highest steps and arguments that a step can have", {
    first: (steps) => steps.call(CALL.mmap, [-4096n, 4096, 3, 0x100022, -1, 0], -12),
  }],
  ["although variables resemble the one that asks for a plain start", {}, {
    env: { HOOKVIS: "ORX", XHOOKVISOR_START: "1", hookvisor_start: "1", HOOK: "VISOR_START" },
  }],
  ["although there are more descriptors than the first three", {}, { redirections: "4</dev/null" }],
];

for (const [what, made, call] of CASES) {
  Deno.test({
    ...RESTORING,
    name: `the entry code restores from a checkpoint ${what}`,
    fn: async () => {
      using program = await Restorable.make();
      deepEqual(await program.run(checkpoint(program.tag, made), call), RESTORED);
    },
  });
}

/** Writes 8 registers, the thread's id, and nothing of where the steps were; exits with the error that this gives. */
const SAY_STATE: Line[] = [
  { code: "48 89 e1", is: "mov rcx, rsp" },
  { code: "41 57 41 56 41 55 41 54 53 55", is: "push r15, r14, r13, r12, rbx, rbp" },
  { code: "50 51", is: "push rax, rcx" },
  { code: "48 89 e6", is: "mov rsi, rsp" },
  { code: "bf 01 00 00 00 ba 40 00 00 00 b8 01 00 00 00 0f 05", is: "write(1, rsi, 64)" },
  { code: "be 40 10 00 20 ba 04 00 00 00 b8 01 00 00 00 0f 05", is: "write(1, THREAD_ID, 4)" },
  { code: "be 00 00 00 10 ba 01 00 00 00 b8 01 00 00 00 0f 05", is: "write(1, STEPS_ADDRESS, 1)" },
  { code: "f7 d8 89 c7 b8 e7 00 00 00 0f 05", is: "exit_group(-eax)" },
];
const EFAULT = 14;

Deno.test({
  ...RESTORING,
  name: "what is restored finds its registers, the result 1, its own thread's id, and no steps in memory",
  fn: async () => {
    using program = await Restorable.make();
    const child = program.start(checkpoint(program.tag, { code: SAY_STATE }));
    const { stdout, code } = await child.output();
    equal(code, EFAULT);
    deepEqual([...new BigInt64Array(stdout.slice(0, 64).buffer)], [BigInt(STACK_POINTER), 1n, ...REGISTERS]);
    deepEqual([...new Int32Array(stdout.slice(64).buffer)], [child.pid]);
  },
});

const SAVED = 1024;
/** Calls the C function of the entry code, and writes what that gave and saved. */
const CALL_CHECKPOINT: Line[] = [
  { code: "bf 00 14 00 20", is: "mov edi, DATA + SAVED" },
  { code: "e8", of: "checkpoint", is: "call checkpoint" },
  { code: "50 48 89 e6", is: "push rax; mov rsi, rsp" },
  { code: "bf 01 00 00 00 ba 08 00 00 00 b8 01 00 00 00 0f 05", is: "write(1, rsi, 8)" },
  { code: "be 00 14 00 20 ba 38 00 00 00 b8 01 00 00 00 0f 05", is: "write(1, DATA + SAVED, 56)" },
  { code: "bf 04 00 00 00 b8 e7 00 00 00 0f 05", is: "exit_group(4)" },
  ...RESTORE.slice(RESTORE.findIndex((line) => "label" in line && line.label === "checkpoint")),
];

Deno.test({
  ...RESTORING,
  name: "checkpoint() saves the registers, stops the process, and gives 0 when that goes on",
  fn: async () => {
    using program = await Restorable.make();
    const child = program.start(checkpoint(program.tag, { code: CALL_CHECKPOINT }));
    const ended = child.output();
    while (stateOf(child.pid) !== "T") await new Promise((resolve) => setTimeout(resolve, 5));
    Deno.kill(child.pid, "SIGCONT");
    const { stdout, code } = await ended;
    equal(code, 4);
    // The stack pointer is what it is in the function: its return address is on the stack.
    const saved = [0n, BigInt(STACK_POINTER - 8), ...REGISTERS];
    deepEqual([...new BigInt64Array(stdout.slice().buffer)], saved);
    equal(stdout.length, 8 * saved.length);
    equal(DATA + SAVED, 0x20001400);
  },
});

/** The letter that Linux has for a process's state: T is stopped. */
function stateOf(pid: number): string {
  return /\) (\S)/.exec(Deno.readTextFileSync(`/proc/${pid}/stat`))![1]!;
}
