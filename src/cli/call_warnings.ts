import type { Issue } from "../base/issue.ts";
import { suggest } from "../base/suggest.ts";
import { CAPABILITIES } from "../capability/capabilities.ts";
import type { Capability } from "../capability/capability.ts";
import type { Allow } from "../manifest/manifest.ts";

/** What handlers reach through the prelude's own code (src/sandbox/prelude.js). */
const OTHER_CALLS = [
  "lock",
  "waitFor",
  "log",
  ...["debug", "info", "warn", "error"].map((level) => `log.${level}`),
];
/** Parts of `host` that are data, whose methods are JavaScript's. */
const DATA = ["options", "guest"];

const CALLS: ReadonlyMap<string, Capability | undefined> = new Map([
  ...[...CAPABILITIES.values()].filter(({ isInternal }) => isInternal !== true).map((one) =>
    [one.name, one] as const
  ),
  ...OTHER_CALLS.map((name) => [name, undefined] as const),
]);

/** Warnings about calls of `host` in a handler's text that do not exist, or for which its manifest has no rule. */
export function callWarnings(file: string, source: string, allow: Allow): Issue[] {
  return source.split("\n").flatMap((text, i) => {
    if (/^\s*(?:\/\/|\/?\*)/.test(text)) return [];
    return [...text.matchAll(/\bhost\.([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)\s*\(/g)].flatMap((match) => {
      const found = problemOf(match[1]!, allow);
      return found === undefined
        ? []
        : [{ severity: "warning" as const, file, line: i + 1, column: match.index + 1, ...found }];
    });
  });
}

function problemOf(name: string, allow: Allow): { message: string; hint: string } | undefined {
  const [head = "", ...rest] = name.split(".");
  if (DATA.includes(head)) return undefined;
  if (!CALLS.has(name)) {
    // A method of a call's result, or of the function itself.
    if (rest.some((_, i) => CALLS.has([head, ...rest.slice(0, i)].join(".")))) return undefined;
    const near = suggest(name, CALLS.keys());
    return {
      message: `host.${name} does not exist`,
      hint: near === undefined ? `"hookvisor types" writes the list of calls` : `did you mean host.${near}?`,
    };
  }
  const within = CALLS.get(name)?.within;
  if (within === undefined || hasRule(within, allow)) return undefined;
  return {
    message: `host.${name} is always refused: allow.${within} is missing`,
    hint: within === "xml" ? "add to allow: xml: true" : `add a rule to allow.${within}`,
  };
}

function hasRule(
  within: NonNullable<Capability["within"]>,
  { exec, look, scripts, read, write, xml }: Allow,
): boolean {
  switch (within) {
    case "exec":
      return exec.length + look.length > 0;
    case "scripts":
      return scripts.length > 0;
    case "read":
      return read.length + write.length > 0;
    case "write":
      return write.length > 0;
    case "xml":
      return xml;
  }
}
