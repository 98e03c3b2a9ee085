import { isDue } from "./checkpoint/due.ts";
import { PLAIN, PROBE, REHEARSE, RESTORED } from "./checkpoint/names.ts";
import { DIRECTORIES } from "./dispatch/directories.ts";
import { hookCall } from "./dispatch/hook_call.ts";
import { hookDriver } from "./protocol/invocation.ts";
import { commandLine, print, userId } from "./system/self.ts";

/** Hook mode or admin mode, by `argv[0]`; gives the exit code. */
async function main(): Promise<number> {
  const started = commandLine();
  const restored = started[1] === REHEARSE ? await rehearsed(started[2]) : undefined;
  const [name = "", ...args] = restored ?? started;
  const driver = hookDriver(name);
  if (driver === undefined) return await admin(args, restored !== undefined);
  // Before handlers run: the power to ask is given up then.
  const mayTake = restored === undefined && userId() === 0;
  const reply = await hookCall(driver, args, DIRECTORIES);
  print(1, reply.stdout);
  print(2, reply.stderr);
  if (mayTake && isDue(DIRECTORIES.state)) {
    const { startTaking } = await import("./checkpoint/start_taking.ts");
    startTaking(DIRECTORIES.state);
  }
  return reply.exitCode;
}

/** Gets there in every process restored from a checkpoint of this one, with the command line of that. */
async function rehearsed(folder = ""): Promise<string[]> {
  const { becomeCheckpoint } = await import("./checkpoint/become.ts");
  return await becomeCheckpoint(folder, hookCall);
}

async function admin(args: string[], isRestored: boolean): Promise<number> {
  if (isRestored) {
    const { rehearse, startPlainly } = await import("./checkpoint/become.ts");
    if (args[0] !== PROBE) startPlainly();
    if (args[1] !== "-") await rehearse(1, hookCall, args[1]);
  }
  if (args[0] === PROBE) {
    print(1, isRestored ? RESTORED : PLAIN);
    return 0;
  }
  const { admin } = await import("./cli/admin.ts");
  return await admin(args);
}

Deno.exit(await main());
