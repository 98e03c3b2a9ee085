import type { Policy } from "./config.ts";
import { deniedPath } from "./deny.ts";
import { expand } from "./path_glob.ts";
import { matchSegment, type PathRule, type Segment } from "../manifest/path_rule.ts";
import { linkStatus, realPath, walk } from "../system/file.ts";
import { allNames } from "../system/names_by_mounts.ts";
import { SystemError } from "../system/system_error.ts";

/** The most paths of one rule that are looked at for links. Where it matches more, everything is denied. */
const MOST = 10_000;

/**
 * What the site's policy denies, under any name: a rule whose path contains a symbolic link also denies what
 * the link leads to, and a path is also denied where one of its other names is, through another mount of the
 * same directory. The links are resolved at the first question about a path, the mounts read at each: a handler
 * may have made one.
 */
export class DeniedPaths {
  readonly #policy: Policy;
  readonly #real = new Map<"read" | "write", readonly PathRule[]>();

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Why a normalised path is denied, or undefined. */
  why(access: "read" | "write", path: string): string | undefined {
    const rules = this.#policy.deny[access];
    if (rules.length === 0) return undefined;
    for (const name of allNames(path)) {
      const why = deniedPath(rules, access, name) ?? deniedPath(this.#realRules(access), access, name);
      if (why !== undefined) return why;
    }
    return undefined;
  }

  /** Whether a rule denies something below a directory, or leads through a link of this name. */
  reachesBelow(access: "read" | "write", directory: string): boolean {
    const rules = this.#policy.deny[access];
    if (rules.length === 0) return false;
    const names = allNames(directory);
    return [...rules, ...this.#realRules(access)].some((rule) =>
      names.some((name) => reachesBelow(rule, name))
    );
  }

  #realRules(access: "read" | "write"): readonly PathRule[] {
    let rules = this.#real.get(access);
    if (rules === undefined) this.#real.set(access, rules = this.#policy.deny[access].flatMap(realRules));
    return rules;
  }
}

/**
 * The rules that mean the same without the symbolic links that this one leads through: all of them resolved, and
 * each alone, because a rule leads through every one of them.
 */
function realRules(rule: PathRule): PathRule[] {
  const found = new Map<string, PathRule>();
  const queue = [rule];
  let looked = 0;
  for (const { segments, text } of queue) {
    const end = segments.indexOf("**");
    const beginning = end < 0 ? segments : segments.slice(0, end);
    for (let depth = 1; depth <= beginning.length; depth++) {
      const add = (path: string | undefined) => {
        if (path === undefined) return;
        const names = path === "/" ? [] : path.slice(1).split("/");
        const real = { text, segments: [...names.map((name): Segment => [name]), ...segments.slice(depth)] };
        const key = JSON.stringify(real.segments);
        if (found.has(key)) return;
        found.set(key, real);
        return real;
      };
      const take = (path: string) => {
        looked++;
        if (linkStatus(path)?.kind !== "symlink") return;
        add(resolved(path));
        // Nothing to add where that is the same: what is resolved leads through no further link.
        const next = add(targetOf(path));
        if (next !== undefined) queue.push(next);
      };
      try {
        expand("/", beginning.slice(0, depth), take, () => looked >= MOST);
      } catch (error) {
        // A handler's call cannot reach what this process cannot look at now.
        if (!(error instanceof SystemError)) throw error;
      }
    }
  }
  if (looked < MOST) return [...found.values()];
  const why = `${rule.text}, which matches too many paths to follow the links among them`;
  return [{ text: why, segments: ["**"] }];
}

/** What the text of a link means, undefined for anything else; `..` as far as no other link is before it. */
function targetOf(path: string): string | undefined {
  try {
    using place = walk(path, false);
    if (place.status()?.kind !== "symlink") return undefined;
    const target = place.readLink();
    const names = target.startsWith("/") ? [] : place.path.split("/").slice(1, -1);
    for (const name of target.split("/")) {
      if (name === "..") names.pop();
      else if (name !== "" && name !== ".") names.push(name);
    }
    return `/${names.join("/")}`;
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

function resolved(path: string): string | undefined {
  try {
    return realPath(path);
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/** Whether a rule can match a path below a directory: parts of the rule remain after the directory's names. */
export function reachesBelow({ segments }: PathRule, directory: string): boolean {
  const names = directory === "/" ? [] : directory.slice(1).split("/");
  for (const [i, name] of names.entries()) {
    const segment = segments[i];
    if (segment === undefined) return false;
    if (segment === "**") return true;
    // A star in a denying rule matches a line end too (deniedPath).
    if (!matchSegment(segment, name) && !matchSegment(segment, name.replace(/[\n\r]/g, "?"))) return false;
  }
  return segments.length > names.length;
}
