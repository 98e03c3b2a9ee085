import { DIRECTORIES } from "./dispatch/directories.ts";
import { hookCall } from "./dispatch/hook_call.ts";
import { hookDriver } from "./protocol/invocation.ts";
import { args, argv0, print } from "./system/self.ts";

/** Hook mode or admin mode, by `argv[0]`; gives the exit code. */
async function main(): Promise<number> {
  const driver = hookDriver(argv0());
  if (driver === undefined) {
    const { admin } = await import("./cli/admin.ts");
    return await admin(args());
  }
  const reply = await hookCall(driver, args(), DIRECTORIES);
  print(1, reply.stdout);
  print(2, reply.stderr);
  return reply.exitCode;
}

Deno.exit(await main());
