import { matchSegment, type Segment } from "../manifest/path_rule.ts";
import { type FileStatus, listDirectory, walk } from "../system/file.ts";

/** Calls `take` for each existing path below `directory` that the segments match; never follows a link. */
export function expand(
  directory: string,
  segments: readonly Segment[],
  take: (path: string) => void,
  enough: () => boolean,
) {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    if (existsNoFollow(directory)) take(directory);
    return;
  }
  // Two in a row mean the same as one, but would double the walk for each directory on the way.
  if (segment === "**" && rest[0] === "**") return expand(directory, rest, take, enough);
  for (const name of listDirectory(directory) ?? []) {
    if (enough()) return;
    const path = `${directory === "/" ? "" : directory}/${name}`;
    if (segment === "**") {
      if (rest.length === 0) take(path);
      else if (rest[0] !== "**" && matchSegment(rest[0]!, name)) expand(path, rest.slice(1), take, enough);
      if (kindOf(path) === "directory") expand(path, segments, take, enough);
    } else if (matchSegment(segment, name)) {
      if (rest.length === 0) take(path);
      else if (kindOf(path) !== "file") expand(path, rest, take, enough);
    }
  }
}

function kindOf(path: string): FileStatus["kind"] | undefined {
  using place = walk(path, false);
  return place.status()?.kind;
}

function existsNoFollow(path: string): boolean {
  return kindOf(path) !== undefined;
}
