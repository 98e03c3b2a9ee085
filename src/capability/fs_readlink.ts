import { type Capability, value } from "./capability.ts";
import { withPlace } from "./file_access.ts";

/** `host.fs.readlink(path)`: the target of a symbolic link, as written. */
export const fsReadlink: Capability = {
  name: "fs.readlink",
  within: "read",
  looksOnly: true,
  run: ([path], context) =>
    withPlace("fs.readlink", "read", path, context, false, (place) => value(place.readLink())),
};
