import { type Answer, type CallContext, type Capability, misuse, value } from "./capability.ts";
import { denied, withPlace } from "./file_access.ts";
import type { Json } from "../base/json.ts";
import type { Place } from "../system/file.ts";
import { refuseUnlessOrdinary } from "../system/ordinary_file.ts";
import { SystemError } from "../system/system_error.ts";

/**
 * `host.fs.rename(from, to)`: renames a file or directory within one file system; both names must be allowed.
 * Replaces an ordinary file.
 */
export const fsRename: Capability = {
  name: "fs.rename",
  within: "write",
  run: (args, context) => checked(args, context, (source, target) => source.moveTo(target)),
  dryRun: (args, context, tell) =>
    checked(args, context, (source, target) => tell(`rename ${source.path} to ${target.path}`)),
};

function checked(
  [from, to]: readonly Json[],
  context: CallContext,
  act: (source: Place, target: Place) => void,
): Answer {
  if (typeof to !== "string") return misuse("host.fs.rename: the second argument must be a path");
  return withPlace("fs.rename", "write", from, context, false, (source) => {
    const status = source.status();
    if (status === undefined) throw new SystemError(2, source.path);
    return withPlace("fs.rename", "write", to, context, false, (target) => {
      // Renaming a directory moves everything in it, under names that were not checked.
      const there = target.status();
      const refusal = [source.path, target.path].map((path) =>
        // A file that may not be read must not get a name under which it may.
        context.grant.refuseDenied("read", path) ??
          (status.kind === "directory" ? context.grant.refuseAllBelow(path) : undefined) ??
          // Without the link, a rule that leads through it would no longer deny what the link led to.
          ([status, there].some((one) => one?.kind === "symlink")
            ? context.grant.refuseDeniedBelow(path)
            : undefined)
      ).find((one) => one !== undefined);
      if (refusal !== undefined) return denied("fs.rename", refusal);
      if (there !== undefined && there.kind !== "directory" && there.kind !== "symlink") {
        refuseUnlessOrdinary(target, there, "change");
      }
      act(source, target);
      return value(null);
    });
  });
}
