import { type Capability, misuse, value } from "./capability.ts";
import { denied, refuseReal } from "./file_access.ts";
import type { Refusal } from "./grant.ts";
import { expand } from "../site/path_glob.ts";
import { globBase, parsePathRule } from "../manifest/path_rule.ts";
import { walk } from "../system/file.ts";

/** The most paths that one call returns. */
const MOST = 10_000;

/** `host.fs.list(glob)`: the paths that match and may be read, sorted; an empty list if none do. */
export const fsList: Capability = {
  name: "fs.list",
  within: "read",
  looksOnly: true,
  run([glob], { grant, deadline }) {
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
      const refusal = grant.refuseRead(path) ?? refuseReal(grant, "read", path, realName(path));
      if (refusal === undefined) found.add(path);
      else refused ??= refusal;
    };
    // The walk can cover a whole disk of which nothing matches or may be seen.
    const enough = () => found.size >= MOST || deadline.passed;
    expand(base, parsed.rule.segments.slice(depth), take, enough);
    // A handler cannot distinguish names that it may not see from missing ones, unless it may see none at
    // all.
    if (found.size === 0 && refused !== undefined) {
      return denied("fs.list", grant.refuseRead(glob) ?? refused);
    }
    return value([...found].sort());
  },
};

/** The path of the entry itself, with the links on the way to it resolved. */
function realName(path: string): string {
  using place = walk(path, false);
  return place.path;
}
