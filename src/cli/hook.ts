import type { Invocation } from "./command.ts";
import { hookCall } from "../dispatch/hook_call.ts";
import { print } from "../system/self.ts";

/** `hookvisor hook`: hook mode spelled out. */
export async function run({ directories, words }: Invocation): Promise<number> {
  const [driver, ...args] = words;
  if (driver === undefined) {
    print(2, `hookvisor hook: no driver given; see "hookvisor hook --help"\n`);
    return 2;
  }
  const reply = await hookCall(driver, args, directories);
  print(1, reply.stdout);
  print(2, reply.stderr);
  return reply.exitCode;
}
