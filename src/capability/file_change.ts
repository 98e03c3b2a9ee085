import { type Answer, type CallContext, type Failure, misuse, value } from "./capability.ts";
import { denied, withPlace } from "./file_access.ts";
import type { Json } from "../base/json.ts";
import { findGroup, findUser } from "../system/accounts.ts";
import { close } from "../system/descriptor.ts";
import { type Place, setMode, setOwner, statusOf } from "../system/file.ts";
import { isKernelFile } from "../system/kernel_file.ts";
import { NotOrdinary, refuseUnlessOrdinary } from "../system/ordinary_file.ts";
import { SystemError } from "../system/system_error.ts";

const UNCHANGED = 0xffffffff;
const MOST_ID = 0xfffffffe;

/** `host.fs.mkdir(path, {mode})`: makes a directory; one that is there already is fine. Its parent has to be there. */
export function mkdir([path, options]: readonly Json[], context: CallContext): Answer {
  const mode = modeOf("fs.mkdir", isObject(options) ? options.mode ?? 0o755 : options ?? 0o755);
  if (typeof mode !== "number") return mode;
  return withPlace("fs.mkdir", "write", path, context, true, (place) => {
    try {
      place.makeDirectory(mode);
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== "EEXIST") throw error;
      if (place.status()?.kind !== "directory") throw error;
    }
    return value(null);
  });
}

/** `host.fs.remove(path)`: removes a file, a symbolic link itself, or an empty directory; says whether there was one. */
export function remove([path]: readonly Json[], context: CallContext): Answer {
  return withPlace("fs.remove", "write", path, context, false, (place) => {
    const status = place.status();
    if (status === undefined) return value(false);
    if (status.kind === "directory") place.removeDirectory();
    else place.unlink();
    return value(true);
  });
}

/** `host.fs.rename(from, to)`: gives a file or directory another name on the same file system; both names have to be allowed. Replaces an ordinary file. */
export function rename([from, to]: readonly Json[], context: CallContext): Answer {
  if (typeof to !== "string") return misuse("host.fs.rename: the second argument must be a path");
  return withPlace("fs.rename", "write", from, context, false, (source) => {
    if (source.status() === undefined) throw new SystemError(2, source.path);
    return withPlace("fs.rename", "write", to, context, false, (target) => {
      const there = target.status();
      if (there !== undefined && there.kind !== "directory" && there.kind !== "symlink") {
        refuseUnlessOrdinary(target, there, "change");
      }
      source.moveTo(target);
      return value(null);
    });
  });
}

/** `host.fs.chmod(path, mode)`: permission bits as a number (0o640) or octal text ("640"). */
export function chmod([path, given]: readonly Json[], context: CallContext): Answer {
  const mode = modeOf("fs.chmod", given);
  if (typeof mode !== "number") return mode;
  return changeHeld("fs.chmod", path, context, (held) => setMode(held, mode));
}

/** `host.fs.chown(path, user, group)`: by name or number; null leaves one as it is. */
export function chown([path, user, group]: readonly Json[], context: CallContext): Answer {
  const uid = idOf(user, (name) => findUser(name, context)?.uid);
  if (uid === undefined) return unknownAccount("user", user);
  const gid = idOf(group, (name) => findGroup(name, context));
  if (gid === undefined) return unknownAccount("group", group);
  return changeHeld("fs.chown", path, context, (held) => setOwner(held, uid, gid));
}

/** Changes what a path leads to by a handle on it, so that what was checked is what is changed. */
function changeHeld(
  call: string,
  path: Json | undefined,
  context: CallContext,
  change: (held: number) => void,
): Answer {
  return withPlace(call, "write", path, context, true, (place) => {
    const held = place.hold();
    try {
      refuseOtherNames(place, held);
      const refusal = context.grant.refuseWrite(place.path);
      if (refusal !== undefined && !isKernelFile(place.path)) return denied(call, refusal);
      change(held);
      return value(null);
    } finally {
      close(held);
    }
  });
}

/** A directory, a device or a socket may change its owner, but no link, and no file that has a second name somewhere. */
function refuseOtherNames(place: Place, held: number): void {
  const status = statusOf(held);
  if (status.kind === "symlink") throw new NotOrdinary(`${place.path} was replaced by a symbolic link`);
  if (status.kind !== "directory" && status.links > 1) {
    throw new NotOrdinary(
      `${place.path} has ${status.links} names (hard links), so it may be a file that no rule allows`,
    );
  }
}

function modeOf(call: string, given: Json | undefined): number | Failure {
  const mode = typeof given === "string" && /^0?[0-7]{3,4}$/.test(given) ? parseInt(given, 8) : given;
  if (typeof mode === "number" && Number.isInteger(mode) && mode >= 0 && mode <= 0o1777) return mode;
  const message = `host.${call}: mode must be a number like 0o640 or a text like "640", without set-id bits`;
  return { error: { name: "TypeError", message } };
}

function idOf(given: Json | undefined, find: (name: string) => number | undefined): number | undefined {
  if (given === null || given === undefined) return UNCHANGED;
  if (typeof given === "number") {
    return Number.isInteger(given) && given >= 0 && given <= MOST_ID ? given : undefined;
  }
  return typeof given === "string" ? find(given) : undefined;
}

function unknownAccount(kind: string, given: Json | undefined): Failure {
  const shown = JSON.stringify(given)?.slice(0, 100);
  return misuse(`host.fs.chown: there is no ${kind} ${shown} on this host; give a name, a number or null`);
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
