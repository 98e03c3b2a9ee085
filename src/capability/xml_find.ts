import { type Capability, misuse } from "./capability.ts";
import { reads } from "./fetched_fields.ts";
import { partOf } from "./xml_part.ts";
import { formatIssue } from "../base/issue.ts";
import type { Json } from "../base/json.ts";
import { HookDataError } from "../protocol/hook_data.ts";
import { compilePath } from "../protocol/xml/compile_path.ts";
import { elementData } from "../protocol/xml/element_data.ts";
import { findAll, type Found } from "../protocol/xml/find.ts";

/** Elements, attributes and characters one path may look at: some 50 ms. */
const MAX_WORK = 5_000_000;
/** What one `findAll` may give: results, and characters of XML they stand for. */
const MAX_FOUND = 10_000;
const MAX_FOUND_SIZE = 2 * 1024 * 1024;

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
      const from = partOf(data.current.root, event, part);
      if (from === undefined) return all === true ? [] : undefined;
      const { found, issue } = findAll(from, compiled.path, MAX_WORK);
      if (issue !== undefined) throw new HookDataError(formatIssue(issue));
      if (all !== true) return found.slice(0, 1).map(plain)[0];
      const size = sizeOf(found);
      if (found.length > MAX_FOUND || size > MAX_FOUND_SIZE) {
        throw new HookDataError(
          `${path} finds too much: ${found.length} of ${size} characters; ask for less`,
        );
      }
      return found.map(plain);
    });
  },
};

function sizeOf(found: readonly Found[]): number {
  return found.reduce((sum, one) => sum + (typeof one === "string" ? one.length : one.end - one.start), 0);
}

function plain(found: Found): Json {
  return (typeof found === "string" ? found : elementData(found)) as Json;
}

function textsOf(value: Json | undefined): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
