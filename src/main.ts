import { hookCall } from "./call/hook_call.ts";
import { CHECKPOINTS } from "./checkpoint/enabled.ts";
import { DIRECTORIES } from "./site/directories.ts";
import { hookDriver } from "./protocol/invocation.ts";
import { commandLine, nameProcess, print, userId } from "./system/self.ts";

/** Hook mode or admin mode, by `argv[0]`; gives the exit code. */
async function main([name = "", ...args]: string[]): Promise<number> {
  const driver = hookDriver(name);
  if (driver === undefined) return await admin(args);
  // Before handlers run: the permission to ask is given up then.
  const mayTake = userId() === 0;
  const reply = await hookCall(driver, args, DIRECTORIES);
  print(1, reply.stdout);
  print(2, reply.stderr);
  if (mayTake) await CHECKPOINTS.afterCall(DIRECTORIES);
  return reply.exitCode;
}

async function admin(args: string[]): Promise<number> {
  const said = await CHECKPOINTS.probe(args, hookCall);
  if (said !== undefined) {
    print(1, said);
    return 0;
  }
  nameProcess();
  const { admin } = await import("./cli/admin.ts");
  return await admin(args);
}

const words = commandLine();
if (words === undefined) {
  const { endWithoutProc } = await import("./cli/end_without_proc.ts");
  Deno.exit(endWithoutProc(Deno.args));
}
const restored = await CHECKPOINTS.become(words, hookCall);
// Every process restored from a checkpoint goes on from here, with its own command line.
if (restored !== undefined) restored.end(await main(restored.words));
Deno.exit(await main(words));
