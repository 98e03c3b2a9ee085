import { type Answer, type CallContext, misuse, notAllowed, value } from "./capability.ts";
import type { Grant, Refusal } from "./grant.ts";
import type { Json } from "../base/json.ts";
import { globBase, matchSegment, normalisePath, parsePathRule, type Segment } from "../manifest/path_rule.ts";
import { close } from "../system/descriptor.ts";
import {
  type FileStatus,
  listDirectory,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_WRONLY,
  type Place,
  readAll,
  setOwnerAndMode,
  statusOf,
  walk,
  writeAll,
} from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** Largest file that `fs.read` gives and largest text that is written, in bytes. */
const SIZE_LIMIT = 8 * 1024 * 1024;
/** Most paths that one `fs.list` gives. */
const LIST_LIMIT = 10_000;

type Kind = "read" | "write";

/** `host.fs.read(path)`: the text of an ordinary file, at most 8 MiB. */
export function read(args: readonly Json[], context: CallContext): Answer {
  return withPlace("fs.read", "read", args, context.grant, true, (place) => {
    const status = place.status();
    if (status === undefined) throw new SystemError(2, place.path);
    const fd = openChecked(place, O_RDONLY, status);
    try {
      const bytes = readAll(fd, SIZE_LIMIT);
      if (bytes === undefined) return tooLarge("fs.read", place.path);
      return value(new TextDecoder().decode(bytes));
    } finally {
      close(fd);
    }
  });
}

/** `host.fs.exists(path)`: whether the path leads to something. */
export function exists(args: readonly Json[], context: CallContext): Answer {
  return withPlace(
    "fs.exists",
    "read",
    args,
    context.grant,
    true,
    (place) => value(place.status() !== undefined),
  );
}

/** `host.fs.stat(path)`: what it leads to, as `{kind, mode, uid, gid, size, links, modified}`; null when there is nothing. */
export function stat(args: readonly Json[], context: CallContext): Answer {
  return withPlace("fs.stat", "read", args, context.grant, true, (place) => {
    const status = place.status();
    if (status === undefined) return value(null);
    const { kind, mode, uid, gid, size, links, modifiedNs } = status;
    return value({ kind, mode, uid, gid, size, links, modified: Number(modifiedNs / 1_000_000n) });
  });
}

/** `host.fs.readlink(path)`: what is written in a symbolic link. */
export function readlink(args: readonly Json[], context: CallContext): Answer {
  return withPlace("fs.readlink", "read", args, context.grant, false, (place) => value(place.readLink()));
}

/** `host.fs.list(glob)`: the paths that match and may be read, sorted; nothing is an empty list. */
export function list([glob]: readonly Json[], { grant }: CallContext): Answer {
  if (typeof glob !== "string") {
    return misuse("host.fs.list: the first argument must be a glob of absolute paths");
  }
  const parsed = parsePathRule(glob);
  if ("error" in parsed) return misuse(`host.fs.list: ${glob}: ${parsed.error}`);
  const base = globBase(parsed.rule);
  const depth = base === "/" ? 0 : base.slice(1).split("/").length;
  const found: string[] = [];
  let refused: Refusal | undefined;
  const take = (path: string) => {
    const refusal = grant.refuseRead(path);
    if (refusal === undefined) found.push(path);
    else refused ??= refusal;
  };
  try {
    expand(base, parsed.rule.segments.slice(depth), take, () => found.length >= LIST_LIMIT);
  } catch (error) {
    return systemAnswer("fs.list", error);
  }
  // Names that exist but may not be seen are not told apart from none, unless none at all may be.
  if (found.length === 0 && refused !== undefined) {
    return denied("fs.list", grant.refuseRead(glob) ?? refused);
  }
  return value(found.sort());
}

/** Calls `take` for each existing path below `directory` that the segments match; never follows a link. */
function expand(
  directory: string,
  segments: readonly Segment[],
  take: (path: string) => void,
  enough: () => boolean,
) {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    if (existsNoFollow(directory)) take(directory);
    return;
  }
  for (const name of listDirectory(directory) ?? []) {
    if (enough()) return;
    const path = `${directory === "/" ? "" : directory}/${name}`;
    if (segment === "**") {
      if (rest.length === 0) take(path);
      else if (isMatchHere(rest[0]!, name)) expand(path, rest.slice(1), take, enough);
      if (kindOf(path) === "directory") expand(path, segments, take, enough);
    } else if (matchSegment(segment, name)) {
      if (rest.length === 0) take(path);
      else if (kindOf(path) !== "file") expand(path, rest, take, enough);
    }
  }
}

function isMatchHere(segment: Segment, name: string): boolean {
  return segment === "**" || matchSegment(segment, name);
}

function kindOf(path: string): FileStatus["kind"] | undefined {
  using place = walk(path, false);
  return place.status()?.kind;
}

function existsNoFollow(path: string): boolean {
  return kindOf(path) !== undefined;
}

/** `host.fs.write(path, text)`: an ordinary file is replaced as a whole, or made; a file under /sys or /proc is written as it is. */
export function write(args: readonly Json[], context: CallContext): Answer {
  const text = textArgument("fs.write", args[1]);
  if ("error" in text) return text;
  return withPlace("fs.write", "write", args, context.grant, true, (place) => {
    const status = place.status();
    if (isKernels(place.path)) {
      if (status === undefined) throw new SystemError(2, place.path);
      writeInPlace(place, status, text.bytes);
    } else replace(place, status, text.bytes);
    return value(null);
  });
}

/** `host.fs.append(path, text)`: adds to the end of an ordinary file, in one write; makes the file when it is missing. */
export function append(args: readonly Json[], context: CallContext): Answer {
  const text = textArgument("fs.append", args[1]);
  if ("error" in text) return text;
  return withPlace("fs.append", "write", args, context.grant, true, (place) => {
    const status = place.status();
    const fd = status === undefined
      ? place.open(O_WRONLY | O_APPEND | O_CREAT | O_EXCL)
      : openChecked(place, O_WRONLY | O_APPEND, status);
    try {
      writeAll(fd, text.bytes);
    } finally {
      close(fd);
    }
    return value(null);
  });
}

function textArgument(
  call: string,
  text: Json | undefined,
): { bytes: Uint8Array<ArrayBuffer> } | Answer & { error: unknown } {
  if (typeof text !== "string") {
    return { error: { name: "TypeError", message: `host.${call}: the second argument must be a string` } };
  }
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > SIZE_LIMIT) {
    return { error: { name: "TypeError", message: `host.${call}: the text is larger than 8 MiB` } };
  }
  return { bytes };
}

/** A new file beside the old one that takes its place: a reader sees the old text or the new, never a part. */
function replace(place: Place, status: FileStatus | undefined, bytes: Uint8Array<ArrayBuffer>): void {
  if (status !== undefined) refuseUnlessOrdinary(place.path, status);
  const random = crypto.getRandomValues(new Uint32Array(2));
  const name = `.${place.name.slice(0, 200)}.${random[0]!.toString(36)}${random[1]!.toString(36)}`;
  const temporary = place.sibling(name);
  const fd = temporary.open(O_WRONLY | O_CREAT | O_EXCL, status === undefined ? 0o644 : 0o600);
  try {
    writeAll(fd, bytes);
    if (status !== undefined) setOwnerAndMode(fd, status, status.mode & 0o777);
    place.replaceBy(name);
  } catch (error) {
    temporary.unlink();
    throw error;
  } finally {
    close(fd);
  }
}

function writeInPlace(place: Place, status: FileStatus, bytes: Uint8Array<ArrayBuffer>): void {
  const fd = openChecked(place, O_WRONLY, status);
  try {
    writeAll(fd, bytes);
  } finally {
    close(fd);
  }
}

/** Opens what was looked at, and makes sure that it is that. The caller closes it. */
function openChecked(place: Place, flags: number, looked: FileStatus): number {
  refuseUnlessOrdinary(place.path, looked);
  const fd = place.open(flags);
  const opened = statusOf(fd);
  if (opened.device !== looked.device || opened.inode !== looked.inode) {
    close(fd);
    throw new SystemError(116, `${place.path} was replaced while it was opened`);
  }
  return fd;
}

function refuseUnlessOrdinary(path: string, status: FileStatus): void {
  if (status.kind === "directory") throw new SystemError(21, path);
  if (status.kind !== "file") throw new NotOrdinary(`${path} is a ${status.kind}, not an ordinary file`);
}

class NotOrdinary extends Error {}

function isKernels(path: string): boolean {
  return path.startsWith("/sys/") || path.startsWith("/proc/");
}

/**
 * Checks the path against the grant, walks to it, and checks where the links
 * on the way led: outside /sys and /proc that has to be allowed as well.
 */
function withPlace(
  call: string,
  kind: Kind,
  [path]: readonly Json[],
  grant: Grant,
  follow: boolean,
  act: (place: Place) => Answer,
): Answer {
  if (typeof path !== "string") return misuse(`host.${call}: the first argument must be a path`);
  const normal = normalisePath(path);
  if ("error" in normal) {
    return misuse(`host.${call}: ${JSON.stringify(path.slice(0, 300))}: ${normal.error}`);
  }
  const refuse = (path: string) => kind === "read" ? grant.refuseRead(path) : grant.refuseWrite(path);
  const refusal = refuse(normal.path);
  if (refusal !== undefined) return denied(call, refusal);
  try {
    using place = walk(normal.path, follow);
    const real = place.path;
    if (real !== normal.path && !(isKernels(real) && isKernels(normal.path))) {
      const refusal = refuse(real);
      if (refusal !== undefined) {
        return denied(call, { ...refusal, message: `${normal.path} leads to ${real}: ${refusal.message}` });
      }
    }
    return act(place);
  } catch (error) {
    if (call === "fs.exists" && isMissing(error)) return value(false);
    if (call === "fs.stat" && isMissing(error)) return value(null);
    return systemAnswer(call, error);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof SystemError && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

function denied(call: string, refusal: Refusal): Answer {
  return notAllowed(`host.${call}: ${refusal.message}`, refusal.hint);
}

function tooLarge(call: string, path: string): Answer {
  return {
    error: { name: "SystemError", code: "EFBIG", message: `host.${call}: ${path} is larger than 8 MiB` },
  };
}

function systemAnswer(call: string, error: unknown): Answer {
  if (error instanceof SystemError) {
    return { error: { name: "SystemError", code: error.code, message: `host.${call}: ${error.message}` } };
  }
  if (error instanceof NotOrdinary) {
    return { error: { name: "SystemError", code: "EINVAL", message: `host.${call}: ${error.message}` } };
  }
  throw error;
}
