import { type Answer, type CallContext, type Capability, value } from "./capability.ts";
import { denied, withPlace } from "./file_access.ts";
import type { Json } from "../base/json.ts";
import type { FileStatus, Place } from "../system/file.ts";

/** `host.fs.remove(path)`: removes a file, a symbolic link itself, or an empty directory; returns whether it existed. */
export const fsRemove: Capability = {
  name: "fs.remove",
  within: "write",
  run: (args, context) =>
    checked(args, context, (place, { kind }) => {
      if (kind === "directory") place.removeDirectory();
      else place.unlink();
    }),
  dryRun: (args, context, tell) => checked(args, context, (place) => tell(`remove ${place.path}`)),
};

function checked(
  [path]: readonly Json[],
  context: CallContext,
  act: (place: Place, status: FileStatus) => void,
): Answer {
  return withPlace("fs.remove", "write", path, context, false, (place) => {
    const status = place.status();
    if (status === undefined) return value(false);
    // Without the link, a rule that leads through it would no longer deny what the link led to.
    const refusal = status.kind === "symlink" ? context.grant.refuseDeniedBelow(place.path) : undefined;
    if (refusal !== undefined) return denied("fs.remove", refusal);
    act(place, status);
    return value(true);
  });
}
