import { type Capability, value } from "./capability.ts";
import { withPlace } from "./file_access.ts";

/** `host.fs.stat(path)`: what it leads to, as `{kind, mode, uid, gid, size, links, modified}`; null if it does not exist. */
export const fsStat: Capability = {
  name: "fs.stat",
  within: "read",
  looksOnly: true,
  run: ([path], context) =>
    withPlace("fs.stat", "read", path, context, true, (place) => {
      const status = place.status();
      if (status === undefined) return value(null);
      const { kind, mode, uid, gid, size, links, modifiedNs } = status;
      return value({ kind, mode, uid, gid, size, links, modified: Number(modifiedNs / 1_000_000n) });
    }, value(null)),
};
