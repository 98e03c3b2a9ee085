import { type Answer, type CallContext, value } from "./capability.ts";
import { withPlace } from "./file_access.ts";
import type { Json } from "../base/json.ts";
import { close } from "../system/descriptor.ts";
import { type Place, statusOf } from "../system/file.ts";
import { NotOrdinary } from "../system/ordinary_file.ts";

/** Changes what a path leads to by a handle on it, so that what was checked is what is changed. */
export function changeHeld(
  call: string,
  path: Json | undefined,
  context: CallContext,
  change: (held: number, path: string) => void,
): Answer {
  return withPlace(call, "write", path, context, true, (place) => {
    const held = place.hold();
    try {
      refuseOtherNames(place, held);
      change(held, place.path);
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
