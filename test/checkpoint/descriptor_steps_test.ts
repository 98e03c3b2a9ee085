import { throws } from "node:assert/strict";
import { CheckpointError } from "../../src/checkpoint/checkpoint_error.ts";
import { descriptorSteps } from "../../src/checkpoint/descriptor_steps.ts";
import { Steps } from "../../src/checkpoint/steps.ts";
import { StoppedProcess } from "../../src/checkpoint/os/stopped_process.ts";

/** The steps for a shell that has opened these descriptors, and stopped itself. */
async function stepsFor(redirections: string): Promise<void> {
  const child = new Deno.Command("sh", {
    args: ["-c", `exec ${redirections}; kill -STOP $$`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    while (!StoppedProcess.isStopped(child.pid)) await new Promise((done) => setTimeout(done, 2));
    using process = new StoppedProcess(child.pid);
    descriptorSteps(new Steps(0x1000, 50), process);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

const isRoot = { ignore: Deno.uid() !== 0 };

Deno.test({
  ...isRoot,
  name: "descriptorSteps() refuses a process without the runtime's descriptors",
  fn: async () => {
    let error: unknown;
    await stepsFor("2>&1").catch((thrown) => error = thrown);
    throws(() => {
      throw error;
    }, new CheckpointError("descriptor 3 of the runtime is unexpectedly nothing"));
  },
});

Deno.test({
  ...isRoot,
  name: "descriptorSteps() refuses a process whose descriptor 3 is something else",
  fn: async () => {
    let error: unknown;
    await stepsFor("3</dev/zero").catch((thrown) => error = thrown);
    throws(() => {
      throw error;
    }, new CheckpointError("descriptor 3 of the runtime is unexpectedly /dev/zero"));
  },
});
