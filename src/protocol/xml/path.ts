import type { Issue } from "../../base/issue.ts";

/** Which elements a step takes: any name, or a local name with a namespace. */
export interface NameTest {
  /** `*` for any. */
  local: string;
  /** The namespace's URI, `""` for none, `*` for any. */
  namespace: string;
}

/** What may stand in brackets after a step. */
export type Predicate =
  | { kind: "position"; position: number }
  | { kind: "last" }
  | { kind: "has"; path: Path; negated: boolean }
  | { kind: "compare"; path: Path; glob: string; negated: boolean };

/** One step from elements to elements inside them. */
export interface PathStep {
  /** `//` before it: elements at any depth, not only children. */
  anyDepth: boolean;
  test: NameTest;
  predicates: Predicate[];
}

/** A parsed path. Created by `compilePath`. */
export interface Path {
  /** As it was written. */
  source: string;
  /** It begins with `/`: at the document, not at an element. */
  absolute: boolean;
  steps: PathStep[];
  /** What it ends at: elements, an attribute of them, or their own text. */
  take: "element" | "text" | { attribute: NameTest; name: string };
}

/** A path, and optionally what its result is compared with: `devices/interface/source/@network=ovs*`. */
export interface PathTest {
  path: Path;
  /** `undefined`: it is enough that the path leads to something. */
  glob?: string;
  negated: boolean;
}

export type PathResult = { path: Path; issue?: undefined } | { path?: undefined; issue: Issue };
export type PathTestResult = { test: PathTest; issue?: undefined } | { test?: undefined; issue: Issue };

/** Paths longer than this, in characters, are refused. */
export const MAX_PATH_LENGTH = 1000;
