import { type Invocation, option } from "./command.ts";
import type { Background } from "../call/call_kind.ts";
import { hookCall } from "../call/hook_call.ts";
import { goOn } from "../protocol/reply.ts";
import { print } from "../system/self.ts";

/** `hookvisor hook`: hook mode spelled out. */
export async function run(invocation: Invocation): Promise<number> {
  const { directories, words } = invocation;
  const [driver, ...args] = words;
  if (driver === undefined) {
    print(2, `hookvisor hook: no driver given; see "hookvisor hook --help"\n`);
    return 2;
  }
  const background = backgroundOf(invocation);
  const reply = background === undefined
    ? await hookCall(driver, args, directories)
    : await hookCall(driver, args, directories, {
      async answer(event, directories) {
        if (event.known === undefined) return goOn();
        const { backgroundCall } = await import("../call/background_call.ts");
        return await backgroundCall(event, event.known, directories, background);
      },
    });
  print(1, reply.stdout);
  print(2, reply.stderr);
  return reply.exitCode;
}

/** How hookvisor starts a handler whose mode is background. */
function backgroundOf(invocation: Invocation): Background | undefined {
  const handler = option(invocation, "background");
  const of = option(invocation, "of");
  const caller = option(invocation, "caller");
  if (handler === undefined || of === undefined) return undefined;
  return { handler, of, ...(caller === undefined ? {} : { caller }) };
}
