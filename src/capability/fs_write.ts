import { type Answer, type CallContext, type Capability, value } from "./capability.ts";
import { withPlace } from "./file_access.ts";
import { shown } from "./shown.ts";
import { type Text, textArgument } from "./text_argument.ts";
import type { Json } from "../base/json.ts";
import type { FileStatus, Place } from "../system/file.ts";
import { isKernelFile, writeKernelFile } from "../system/kernel_file.ts";
import { refuseUnlessOrdinary } from "../system/ordinary_file.ts";
import { replaceFile } from "../system/replace_file.ts";
import { SystemError } from "../system/system_error.ts";

/**
 * `host.fs.write(path, text)`: replaces or creates an ordinary file as a whole; writes to a file under /sys
 * or /proc in place.
 */
export const fsWrite: Capability = {
  name: "fs.write",
  within: "write",
  run: (args, context) =>
    checked(args, context, (place, status, { text, bytes }) => {
      if (isKernelFile(place.path)) writeKernelFile(place, text, context.loop, context.deadline);
      else replaceFile(place, status, bytes);
    }),
  dryRun: (args, context, tell) =>
    checked(args, context, (place, _, { text }) => tell(`write ${shown(text)} to ${place.path}`)),
};

function checked(
  [path, given]: readonly Json[],
  context: CallContext,
  act: (place: Place, status: FileStatus | undefined, text: Text) => void,
): Answer {
  const text = textArgument("fs.write", given);
  if ("error" in text) return text;
  return withPlace("fs.write", "write", path, context, true, (place) => {
    const status = place.status();
    if (isKernelFile(place.path)) {
      if (status === undefined) throw new SystemError(2, place.path);
      if (status.kind === "directory") throw new SystemError(21, place.path);
    } else if (status !== undefined) {
      refuseUnlessOrdinary(place, status, "change");
    }
    act(place, status, text);
    return value(null);
  });
}
