import { hookCall } from "./call/hook_call.ts";
import type { Work } from "./checkpoint/checkpoints.ts";
import { CHECKPOINTS } from "./checkpoint/enabled.ts";
import { DIRECTORIES } from "./site/directories.ts";
import { hookDriver } from "./protocol/invocation.ts";
import type { Reply } from "./protocol/reply.ts";
import { APART } from "./system/apart_word.ts";
import { commandLine, nameProcess, print, userId } from "./system/self.ts";
import { tellAnswer, UNANSWERED } from "./system/supervisor.ts";

/**
 * Hook mode or admin mode, by `argv[0]`; returns the exit code.
 *
 * @param directories a hook call's
 */
async function main([name = "", ...args]: string[], directories = DIRECTORIES): Promise<number> {
  const driver = hookDriver(name);
  if (driver === undefined) return await admin(args);
  // Before handlers run: the permission to ask is dropped then.
  const mayTake = userId() === 0;
  const reply = await hookCall(driver, args, directories, { give });
  if (mayTake) await CHECKPOINTS.afterCall(directories);
  return reply.exitCode;
}

/** Before its record is written, which may take its time, or for ever. */
function give({ stdout, stderr, exitCode }: Reply): void {
  print(1, stdout);
  print(2, stderr);
  tellAnswer(exitCode);
}

async function admin(args: string[]): Promise<number> {
  if (args[0] === APART) {
    const { doApart } = await import("./call/do_apart.ts");
    return await doApart();
  }
  const said = await CHECKPOINTS.probe(args, WORK);
  if (said !== undefined) {
    print(1, said);
    return 0;
  }
  if (args[0] === UNANSWERED) {
    const { recordUnanswered } = await import("./call/unanswered_call.ts");
    recordUnanswered(args.slice(1), DIRECTORIES);
    return 0;
  }
  nameProcess();
  const { admin } = await import("./cli/admin.ts");
  return await admin(args);
}

const WORK: Work = {
  main,
  async prepare() {
    const { makeEngineReady } = await import("./call/libvirt_call.ts");
    makeEngineReady();
  },
};

const words = commandLine();
if (words === undefined) {
  const { endWithoutProc } = await import("./cli/end_without_proc.ts");
  Deno.exit(endWithoutProc(Deno.args));
}
const restored = await CHECKPOINTS.become(words, WORK);
// Every process restored from a checkpoint goes on from here, with its own command line.
const code = await main(restored?.words ?? words);
restored?.end(code);
Deno.exit(code);
