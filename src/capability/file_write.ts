import { type Answer, type CallContext, type Failure, value } from "./capability.ts";
import { SIZE_LIMIT, withPlace } from "./file_access.ts";
import type { Json } from "../base/json.ts";
import { close } from "../system/descriptor.ts";
import { O_APPEND, O_CREAT, O_EXCL, O_WRONLY, writeAll } from "../system/file.ts";
import { isKernelFile, writeKernelFile } from "../system/kernel_file.ts";
import { openOrdinary, refuseUnlessOrdinary } from "../system/ordinary_file.ts";
import { replaceFile } from "../system/replace_file.ts";
import { SystemError } from "../system/system_error.ts";

/** `host.fs.write(path, text)`: an ordinary file is replaced as a whole, or made; a file under /sys or /proc is written as it is. */
export function write(args: readonly Json[], context: CallContext): Answer {
  const text = textArgument("fs.write", args[1]);
  if ("error" in text) return text;
  return withPlace("fs.write", "write", args[0], context, true, (place) => {
    const status = place.status();
    if (isKernelFile(place.path)) {
      if (status === undefined) throw new SystemError(2, place.path);
      if (status.kind === "directory") throw new SystemError(21, place.path);
      writeKernelFile(place, text.text, context.loop, context.deadline);
    } else {
      if (status !== undefined) refuseUnlessOrdinary(place, status, "change");
      replaceFile(place, status, text.bytes);
    }
    return value(null);
  });
}

/** `host.fs.append(path, text)`: adds to the end of an ordinary file, in one write; makes the file when it is missing. */
export function append(args: readonly Json[], context: CallContext): Answer {
  const text = textArgument("fs.append", args[1]);
  if ("error" in text) return text;
  return withPlace("fs.append", "write", args[0], context, true, (place) => {
    if (isKernelFile(place.path)) return kernelsAppend(place.path);
    const status = place.status();
    const fd = status === undefined
      ? place.open(O_WRONLY | O_APPEND | O_CREAT | O_EXCL)
      : openOrdinary(place, O_WRONLY | O_APPEND, status, "change");
    try {
      writeAll(fd, text.bytes);
    } finally {
      close(fd);
    }
    return value(null);
  });
}

function kernelsAppend(path: string): Failure {
  const message = `host.fs.append: ${path} is a file of the kernel's, which has no end: use host.fs.write`;
  return { error: { name: "SystemError", code: "EINVAL", message } };
}

/** The second argument of a call that writes. */
export function textArgument(
  call: string,
  text: Json | undefined,
): { text: string; bytes: Uint8Array<ArrayBuffer> } | Failure {
  if (typeof text !== "string") {
    return { error: { name: "TypeError", message: `host.${call}: the second argument must be a string` } };
  }
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > SIZE_LIMIT) {
    return { error: { name: "TypeError", message: `host.${call}: the text is larger than 8 MiB` } };
  }
  return { text, bytes };
}
