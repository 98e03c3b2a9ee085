import { type Answer, type CallContext, value } from "./capability.ts";
import { withPlace } from "./file_access.ts";
import type { Json } from "../base/json.ts";
import { close } from "../system/descriptor.ts";
import { type Place, statusOf } from "../system/file.ts";
import { NotOrdinary } from "../system/ordinary_file.ts";

/** Changes what a path leads to through a handle, so that it changes the very file that was checked. */
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

/**
 * The owner of a directory, a device or a socket may change, but not that of a link, or of a file with a
 * second name.
 */
function refuseOtherNames(place: Place, held: number): void {
  const status = statusOf(held);
  if (status.kind === "symlink") throw new NotOrdinary(`${place.path} was replaced by a symbolic link`);
  if (status.kind !== "directory" && status.links > 1) {
    throw new NotOrdinary(
      `${place.path} has ${status.links} names (hard links), so it may be a file that no rule allows`,
    );
  }
}
