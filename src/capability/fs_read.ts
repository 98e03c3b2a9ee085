import { type Answer, type CallContext, type Capability, value } from "./capability.ts";
import { SIZE_LIMIT, tooLarge, withPlace } from "./file_access.ts";
import { close } from "../system/descriptor.ts";
import { type FileStatus, O_RDONLY, type Place, readAll } from "../system/file.ts";
import { isKernelFile, readKernelFile } from "../system/kernel_file.ts";
import { openOrdinary } from "../system/ordinary_file.ts";
import { SystemError } from "../system/system_error.ts";

/** `host.fs.read(path)`: the text of an ordinary file, at most 8 MiB. */
export const fsRead: Capability = {
  name: "fs.read",
  within: "read",
  looksOnly: true,
  run: ([path], context) =>
    withPlace("fs.read", "read", path, context, true, (place) => {
      const status = place.status();
      if (status === undefined) throw new SystemError(2, place.path);
      if (isKernelFile(place.path)) return readKernels(place, status, context);
      const fd = openOrdinary(place, O_RDONLY, status, "read");
      try {
        const bytes = readAll(fd, SIZE_LIMIT);
        if (bytes === undefined) return tooLarge("fs.read", place.path);
        return value(new TextDecoder().decode(bytes));
      } finally {
        close(fd);
      }
    }),
};

/** Through a process that the hook call can abandon: a read in the kernel may block forever. */
function readKernels(place: Place, status: FileStatus, { loop, deadline }: CallContext): Answer {
  if (status.kind === "directory") throw new SystemError(21, place.path);
  const text = readKernelFile(place, SIZE_LIMIT, loop, deadline);
  return text === undefined ? tooLarge("fs.read", place.path) : value(text);
}
