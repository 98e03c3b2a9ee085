import { type Capability, value } from "./capability.ts";
import { withPlace } from "./file_access.ts";

/** `host.fs.exists(path)`: whether the path leads to something. */
export const fsExists: Capability = {
  name: "fs.exists",
  within: "read",
  looksOnly: true,
  run: ([path], context) =>
    withPlace(
      "fs.exists",
      "read",
      path,
      context,
      true,
      (place) => value(place.status() !== undefined),
      value(false),
    ),
};
