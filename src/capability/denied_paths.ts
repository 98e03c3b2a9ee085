import { expand } from "./path_glob.ts";
import { matchSegment, type PathRule, type Segment } from "../manifest/path_rule.ts";
import type { Policy } from "../site/config.ts";
import { deniedPath } from "../site/deny.ts";
import { realPath } from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** The most links that are resolved in one rule of the policy. */
const MOST = 2_000;

/**
 * What the site's policy denies, under any name: a rule whose path contains a symbolic link also denies what
 * the link leads to. The links are resolved at the first question about a path.
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
    return deniedPath(rules, access, path) ?? deniedPath(this.#realRules(access), access, path);
  }

  /** Whether a rule denies something below a directory. */
  reachesBelow(access: "read" | "write", directory: string): boolean {
    const rules = this.#policy.deny[access];
    if (rules.length === 0) return false;
    return [...rules, ...this.#realRules(access)].some((rule) => reachesBelow(rule, directory));
  }

  #realRules(access: "read" | "write"): readonly PathRule[] {
    let rules = this.#real.get(access);
    if (rules === undefined) this.#real.set(access, rules = this.#policy.deny[access].flatMap(realRules));
    return rules;
  }
}

/** The rule with each symbolic link that its beginning leads through resolved. */
function realRules({ segments, text }: PathRule): PathRule[] {
  const end = segments.indexOf("**");
  const beginning = end < 0 ? segments : segments.slice(0, end);
  const found = new Map<string, PathRule>();
  for (let depth = 1; depth <= beginning.length; depth++) {
    const rest = segments.slice(depth);
    let count = 0;
    const take = (path: string) => {
      count++;
      const real = resolved(path);
      if (real === undefined || real === path) return;
      const names = real === "/" ? [] : real.slice(1).split("/");
      const key = `${real} ${depth}`;
      found.set(key, { text, segments: [...names.map((name): Segment => [name]), ...rest] });
    };
    try {
      expand("/", beginning.slice(0, depth), take, () => count >= MOST);
    } catch (error) {
      // A handler's call cannot reach what this process cannot look at now.
      if (!(error instanceof SystemError)) throw error;
    }
  }
  return [...found.values()];
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
    if (!matchSegment(segment, name)) return false;
  }
  return segments.length > names.length;
}
