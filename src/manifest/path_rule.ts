import type { RuleError } from "./exec_rule.ts";
import { addsLineEnd, matchStar, type StarPattern } from "./star.ts";
import { yamlText } from "./yaml_text.ts";

/** One part of a path rule: a pattern for one name, or `**`, any number of names. */
export type Segment = StarPattern | "**";

/** One line of `allow.read` or `allow.write`, or a glob passed to `fs.list` or `fs.set`. */
export interface PathRule {
  /** As written. */
  text: string;
  /** The parts between the slashes; none for `/` itself. */
  segments: readonly Segment[];
}

/** PATH_MAX of linux/limits.h, without the final NUL. */
const LONGEST_PATH = 4095;

/**
 * Reads a glob of absolute paths. `*` matches any characters of one name except
 * line ends, `**` alone between slashes for any number of names; at the end it
 * stands for at least one, so `/a/**` is all below `/a` and not `/a`.
 */
export function parsePathRule(text: string): { rule: PathRule } | RuleError {
  if (text === "") return { error: "the path is empty", column: 1 };
  if (!text.startsWith("/")) {
    return { error: `${text} is not an absolute path`, column: 1, hint: "begin it with /" };
  }
  if (text.length > LONGEST_PATH) return { error: "the path is too long", column: 1 };
  if (text.includes("\0")) return { error: "a path cannot hold NUL", column: text.indexOf("\0") + 1 };
  if (text === "/") return { rule: { text, segments: [] } };

  const segments: Segment[] = [];
  let column = 2;
  for (const part of text.slice(1).split("/")) {
    const error = partError(part, column > text.length);
    if (error) return { column: Math.min(column, text.length), ...error };
    segments.push(part === "**" ? part : part.split("*"));
    column += part.length + 1;
  }
  return { rule: { text, segments } };
}

function partError(part: string, last: boolean): { error: string; hint?: string } | undefined {
  if (part === "" && last) {
    return {
      error: "the path ends in /",
      hint: "remove it to name the directory, or end in /** for everything below",
    };
  }
  if (part === "") return { error: "the path contains //", hint: "write one /" };
  if (part === ".") return { error: "the path contains /./", hint: "leave it out" };
  if (part === "..") return { error: "the path contains ..", hint: "write the resolved path" };
  if (part !== "**" && part.includes("**")) {
    return { error: "** must stand alone between slashes", hint: "write * within a name" };
  }
  return undefined;
}

/**
 * The one way to write a path: one slash between names, no `/./`, none at the
 * end. `..` is refused, not resolved: its target depends on the links on the
 * way. A name may hold any other character.
 */
export function normalisePath(path: string): { path: string } | { error: string } {
  if (path === "") return { error: "the path is empty" };
  if (path.includes("\0")) return { error: "the path contains NUL" };
  if (!path.startsWith("/")) return { error: "the path is not absolute: begin it with /" };
  // Half a character would become another one on the way to the kernel, after all checks.
  if (!path.isWellFormed()) return { error: "the path contains half a character (a lone surrogate)" };
  if (path.length > LONGEST_PATH) return { error: `the path is longer than ${LONGEST_PATH} characters` };
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return { error: "the path contains .., which is not allowed" };
  return { path: `/${parts.join("/")}` };
}

/** Whether the rule allows the path. One that `normalisePath` would change is never allowed. */
export function matchPathRule(rule: PathRule, path: string): boolean {
  const normal = normalisePath(path);
  return "path" in normal && normal.path === path && matchSegments(rule.segments, namesOf(path));
}

/** The names in a path from `normalisePath`. */
function namesOf(path: string): string[] {
  return path === "/" ? [] : path.slice(1).split("/");
}

/** Goes back to the last `**` only, so the time is at most the product of both lengths. */
function matchSegments(segments: readonly Segment[], names: readonly string[]): boolean {
  let s = 0;
  let n = 0;
  // The position of the last `**`, and the first name that it does not match.
  let star = -1;
  let mark = 0;
  while (n < names.length) {
    const segment = segments[s];
    const name = names[n] ?? "";
    if (segment === "**" && s < segments.length - 1) {
      star = s++;
      mark = n;
    } else if (segment !== undefined && matchSegment(segment, name)) {
      s++;
      n++;
      // The last `**` matches at least one name, and all that follow.
      if (segment === "**") [star, mark] = [s - 1, n];
    } else if (star >= 0 && matchSegment("**", names[mark] ?? "")) {
      s = star + 1;
      n = ++mark;
    } else return false;
  }
  return s === segments.length;
}

/** Whether one part of a rule matches a name in a directory. `**` matches every name that holds no line end. */
export function matchSegment(segment: Segment, name: string): boolean {
  const pattern = segment === "**" ? ["", ""] : segment;
  return matchStar(pattern, name) && (pattern.length < 2 || !addsLineEnd(pattern, name));
}

/** The directory, or the whole path where the rule has no star, from which a walk for this glob starts. */
export function globBase(rule: PathRule): string {
  const first = rule.segments.findIndex((segment) => segment === "**" || segment.length > 1);
  const literal = first < 0 ? rule.segments : rule.segments.slice(0, first);
  return `/${literal.map((segment) => segment[0]).join("/")}`;
}

/** Whether the rule matches only one path. */
export function isLiteralPath(rule: PathRule): boolean {
  return rule.segments.every((segment) => segment !== "**" && segment.length === 1);
}

/** The line of YAML that allows this path when it is added to the list `allow.read` or `allow.write`. */
export function suggestPathLine(path: string): string {
  return `- ${yamlText(path)}`;
}
