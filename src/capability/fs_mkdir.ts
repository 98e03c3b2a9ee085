import { type Answer, type CallContext, type Capability, value } from "./capability.ts";
import { withPlace } from "./file_access.ts";
import { modeArgument } from "./mode_argument.ts";
import type { Json } from "../base/json.ts";
import type { Place } from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** `host.fs.mkdir(path, {mode})`: creates a directory; an existing one is not an error. Its parent must exist. */
export const fsMkdir: Capability = {
  name: "fs.mkdir",
  within: "write",
  run: (args, context) => checked(args, context, makeDirectory),
  dryRun: (args, context, tell) =>
    checked(args, context, (place) => {
      const status = place.status();
      if (status !== undefined && status.kind !== "directory") throw new SystemError(17, place.path);
      if (status === undefined) tell(`make the directory ${place.path}`);
    }),
};

function checked(
  [path, options]: readonly Json[],
  context: CallContext,
  act: (place: Place, mode: number) => void,
): Answer {
  const mode = modeArgument("fs.mkdir", isObject(options) ? options.mode ?? 0o755 : options ?? 0o755);
  if (typeof mode !== "number") return mode;
  return withPlace("fs.mkdir", "write", path, context, true, (place) => {
    act(place, mode);
    return value(null);
  });
}

function makeDirectory(place: Place, mode: number): void {
  try {
    place.makeDirectory(mode);
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== "EEXIST") throw error;
    if (place.status()?.kind !== "directory") throw error;
  }
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
