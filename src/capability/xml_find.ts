import { type Capability, misuse } from "./capability.ts";
import { reads, within } from "./fetched_fields.ts";
import { EVENT_PARTS } from "./event_parts.ts";
import { foundAsData } from "./found_as_data.ts";
import { formatIssue } from "../base/issue.ts";
import type { Json } from "../base/json.ts";
import { HookDataError } from "../protocol/hook_data_error.ts";
import { compilePath } from "../protocol/xml/compile_path.ts";
import { findAll } from "../protocol/xml/find.ts";

/** How many elements, attributes and characters one path may examine: about 50 ms. */
const MAX_WORK = 5_000_000;
/** The most results of one `findAll`. */
const MAX_FOUND = 10_000;

/** `find` and `findAll` of `event.domain`, `event.network` and `event.port`, as the bridge has them: `(part, path, namespaces, all)`. */
export const xmlFind: Capability = {
  name: "xml.find",
  looksOnly: true,
  isSync: true,
  isInternal: true,
  run([part, path, namespaces, all], { handler: { data, event } }) {
    if (typeof path !== "string") {
      return misuse("find: the first argument must be a path, as devices/disk/source/@file");
    }
    const compiled = compilePath(path, { namespaces: textsOf(namespaces) });
    if (compiled.issue !== undefined) return misuse(`find: ${formatIssue(compiled.issue)}`);
    return reads(() => {
      const from = EVENT_PARTS.get(String(part))?.element(data.current.root, event);
      if (from === undefined) return all === true ? [] : undefined;
      const { found, issue } = findAll(from, compiled.path, MAX_WORK, all === true ? MAX_FOUND + 1 : 1);
      if (issue !== undefined) throw new HookDataError(formatIssue(issue));
      if (found.length > MAX_FOUND) {
        throw new HookDataError(`${path}: it leads to more than ${MAX_FOUND}: ask for less`);
      }
      const given = within(path, () => foundAsData(found));
      return all === true ? given : given[0];
    });
  },
};

function textsOf(value: Json | undefined): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
