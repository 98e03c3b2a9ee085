import { shouldTakeCheckpoint } from "./checkpoint/should_take.ts";
import { PLAIN, PROBE, REHEARSE, RESTORED } from "./checkpoint/checkpoint_names.ts";
import { DIRECTORIES } from "./site/directories.ts";
import { hookCall } from "./call/hook_call.ts";
import { hookDriver } from "./protocol/invocation.ts";
import { isRestored } from "./system/restored.ts";
import { commandLine, print, userId } from "./system/self.ts";

/** Hook mode or admin mode, by `argv[0]`; gives the exit code. */
async function main([name = "", ...args]: string[]): Promise<number> {
  const driver = hookDriver(name);
  if (driver === undefined) return await admin(args);
  // Before handlers run: the power to ask is given up then.
  const mayTake = !isRestored() && userId() === 0;
  const reply = await hookCall(driver, args, DIRECTORIES);
  print(1, reply.stdout);
  print(2, reply.stderr);
  if (mayTake && shouldTakeCheckpoint(DIRECTORIES.state)) {
    const { startTaking } = await import("./checkpoint/start_taking.ts");
    startTaking(DIRECTORIES.state);
  }
  return reply.exitCode;
}

async function admin(args: string[]): Promise<number> {
  if (isRestored()) {
    const { rehearse, startPlainly } = await import("./checkpoint/become_checkpoint.ts");
    if (args[0] !== PROBE) startPlainly();
    if (args[1] !== "-") await rehearse(1, hookCall, args[1]);
  }
  if (args[0] === PROBE) {
    print(1, isRestored() ? RESTORED : PLAIN);
    return 0;
  }
  const { admin } = await import("./cli/admin.ts");
  return await admin(args);
}

const words = commandLine();
if (words[1] === REHEARSE) {
  const { becomeCheckpoint, end } = await import("./checkpoint/become_checkpoint.ts");
  // Every process restored from the checkpoint goes on from here, with its own command line.
  end(await main(await becomeCheckpoint(words[2] ?? "", Number(words[3]), hookCall)));
}
Deno.exit(await main(words));
