import { type Answer, type CallContext, type Capability } from "./capability.ts";
import { changeHeld } from "./change_held.ts";
import { modeArgument } from "./mode_argument.ts";
import type { Json } from "../base/json.ts";
import { setMode } from "../system/file.ts";

/** `host.fs.chmod(path, mode)`: permission bits as a number (0o640) or octal text ("640"). */
export const fsChmod: Capability = {
  name: "fs.chmod",
  within: "write",
  run: (args, context) => checked(args, context, (held, _, mode) => setMode(held, mode)),
  dryRun: (args, context, tell) =>
    checked(args, context, (_, path, mode) => tell(`set the mode of ${path} to ${mode.toString(8)}`)),
};

function checked(
  [path, given]: readonly Json[],
  context: CallContext,
  act: (held: number, path: string, mode: number) => void,
): Answer {
  const mode = modeArgument("fs.chmod", given);
  if (typeof mode !== "number") return mode;
  return changeHeld("fs.chmod", path, context, (held, path) => act(held, path, mode));
}
