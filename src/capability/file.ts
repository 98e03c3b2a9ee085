import { type Answer, type CallContext, misuse, value } from "./capability.ts";
import { denied, SIZE_LIMIT, systemAnswer, tooLarge, withPlace } from "./file_access.ts";
import type { Refusal } from "./grant.ts";
import { expand } from "./path_glob.ts";
import type { Json } from "../base/json.ts";
import { globBase, parsePathRule } from "../manifest/path_rule.ts";
import { close } from "../system/descriptor.ts";
import { type FileStatus, O_RDONLY, type Place, readAll } from "../system/file.ts";
import { isKernelFile, readKernelFile } from "../system/kernel_file.ts";
import { openOrdinary } from "../system/ordinary_file.ts";
import { SystemError } from "../system/system_error.ts";

/** Most paths that one `fs.list` gives. */
const LIST_LIMIT = 10_000;

/** `host.fs.read(path)`: the text of an ordinary file, at most 8 MiB. */
export function read(args: readonly Json[], context: CallContext): Answer {
  return withPlace("fs.read", "read", args[0], context, true, (place) => {
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
  });
}

/** Through a process that can be left behind: a read in the kernel may block for ever. */
function readKernels(place: Place, status: FileStatus, { loop, deadline }: CallContext): Answer {
  if (status.kind === "directory") throw new SystemError(21, place.path);
  const text = readKernelFile(place, SIZE_LIMIT, loop, deadline);
  return text === undefined ? tooLarge("fs.read", place.path) : value(text);
}

/** `host.fs.exists(path)`: whether the path leads to something. */
export function exists(args: readonly Json[], context: CallContext): Answer {
  return withPlace(
    "fs.exists",
    "read",
    args[0],
    context,
    true,
    (place) => value(place.status() !== undefined),
  );
}

/** `host.fs.stat(path)`: what it leads to, as `{kind, mode, uid, gid, size, links, modified}`; null when there is nothing. */
export function stat(args: readonly Json[], context: CallContext): Answer {
  return withPlace("fs.stat", "read", args[0], context, true, (place) => {
    const status = place.status();
    if (status === undefined) return value(null);
    const { kind, mode, uid, gid, size, links, modifiedNs } = status;
    return value({ kind, mode, uid, gid, size, links, modified: Number(modifiedNs / 1_000_000n) });
  });
}

/** `host.fs.readlink(path)`: what is written in a symbolic link. */
export function readlink(args: readonly Json[], context: CallContext): Answer {
  return withPlace("fs.readlink", "read", args[0], context, false, (place) => value(place.readLink()));
}

/** `host.fs.list(glob)`: the paths that match and may be read, sorted; nothing is an empty list. */
export function list([glob]: readonly Json[], { grant, deadline }: CallContext): Answer {
  if (typeof glob !== "string") {
    return misuse("host.fs.list: the first argument must be a glob of absolute paths");
  }
  const parsed = parsePathRule(glob);
  if ("error" in parsed) return misuse(`host.fs.list: ${glob}: ${parsed.error}`);
  const base = globBase(parsed.rule);
  const depth = base === "/" ? 0 : base.slice(1).split("/").length;
  const found = new Set<string>();
  let refused: Refusal | undefined;
  const take = (path: string) => {
    const refusal = grant.refuseRead(path);
    if (refusal === undefined) found.add(path);
    else refused ??= refusal;
  };
  try {
    // What is walked can be a whole disk, of which nothing matches or may be seen.
    const enough = () => found.size >= LIST_LIMIT || deadline.passed;
    expand(base, parsed.rule.segments.slice(depth), take, enough);
  } catch (error) {
    return systemAnswer("fs.list", error);
  }
  // Names that exist but may not be seen are not told apart from none, unless none at all may be.
  if (found.size === 0 && refused !== undefined) {
    return denied("fs.list", grant.refuseRead(glob) ?? refused);
  }
  return value([...found].sort());
}
