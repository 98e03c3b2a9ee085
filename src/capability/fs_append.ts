import { type Answer, type CallContext, type Capability, type Failure, value } from "./capability.ts";
import { withPlace } from "./file_access.ts";
import { shown } from "./shown.ts";
import { type Text, textArgument } from "./text_argument.ts";
import type { Json } from "../base/json.ts";
import { close } from "../system/descriptor.ts";
import {
  type FileStatus,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_WRONLY,
  type Place,
  writeAll,
} from "../system/file.ts";
import { isKernelFile } from "../system/kernel_file.ts";
import { openOrdinary, refuseUnlessOrdinary } from "../system/ordinary_file.ts";

/** `host.fs.append(path, text)`: adds to the end of an ordinary file, in one write; creates the file if it is missing. */
export const fsAppend: Capability = {
  name: "fs.append",
  within: "write",
  run: (args, context) =>
    checked(args, context, (place, status, { bytes }) => {
      const fd = status === undefined
        ? place.open(O_WRONLY | O_APPEND | O_CREAT | O_EXCL)
        : openOrdinary(place, O_WRONLY | O_APPEND, status, "change");
      try {
        writeAll(fd, bytes);
      } finally {
        close(fd);
      }
    }),
  dryRun: (args, context, tell) =>
    checked(args, context, (place, status, { text }) => {
      if (status !== undefined) refuseUnlessOrdinary(place, status, "change");
      tell(`append ${shown(text)} to ${place.path}`);
    }),
};

function checked(
  [path, given]: readonly Json[],
  context: CallContext,
  act: (place: Place, status: FileStatus | undefined, text: Text) => void,
): Answer {
  const text = textArgument("fs.append", given);
  if ("error" in text) return text;
  return withPlace("fs.append", "write", path, context, true, (place) => {
    if (isKernelFile(place.path)) return kernelsAppend(place.path);
    act(place, place.status(), text);
    return value(null);
  });
}

function kernelsAppend(path: string): Failure {
  const message = `host.fs.append: ${path} is a kernel file, which cannot be appended to: use host.fs.write`;
  return { error: { name: "SystemError", code: "EINVAL", message } };
}
