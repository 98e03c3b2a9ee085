import { parseExecRule, type RuleError } from "./exec_rule.ts";
import type { Allow, Located } from "./manifest.ts";
import { parsePathRule } from "./path_rule.ts";
import type { Entry, YamlReader } from "./yaml_reader.ts";

const KEYS = [
  "exec",
  "look",
  "scripts",
  "read",
  "write",
  "runAs",
  "env",
  "xml",
  "libvirtClients",
] as const;

/** Grants nothing. */
export function allowNothing(): Allow {
  return {
    ...{ exec: [], look: [], scripts: [], read: [], write: [], runAs: [], env: [] },
    ...{ xml: false, libvirtClients: false },
  };
}

/** What the manifest grants, each rule checked. Without the key, nothing. */
export function readAllow(reader: YamlReader, allow: Entry | undefined): Allow {
  const grant = allowNothing();
  if (!allow) return grant;
  for (const entry of reader.knownEntries(allow.node, "allow", KEYS, allow.key)) {
    const key = entry.key.value as typeof KEYS[number];
    if (key === "xml" || key === "libvirtClients") grant[key] = reader.boolean(entry) ?? false;
    else grant[key] = readRules(reader, entry, CHECKS[key]);
  }
  return grant;
}

/** Reads a list of rules and reports each that its check refuses, at the character that is wrong. */
export function readRules(
  reader: YamlReader,
  entry: Entry,
  check: (text: string) => RuleError | undefined,
): Located<string>[] {
  return (reader.strings(entry)?.items ?? []).map(({ value, line, column, node }) => {
    const wrong = check(value);
    if (wrong) {
      reader.error(
        reader.placeIn(node, value, wrong.column),
        `${entry.key.value}: ${wrong.error}`,
        wrong.hint,
      );
    }
    return { value, line, column };
  });
}

export function execRuleError(text: string): RuleError | undefined {
  const read = parseExecRule(text);
  return "error" in read ? read : undefined;
}

export function pathRuleError(text: string): RuleError | undefined {
  const read = parsePathRule(text);
  return "error" in read ? read : undefined;
}

/** A directory whose executables may run: a single one, not a glob, so that it can be listed. */
function directoryError(text: string): RuleError | undefined {
  const wrong = pathRuleError(text);
  if (wrong !== undefined) return wrong;
  const glob = /[*?]/.exec(text);
  if (glob !== null) {
    return {
      error: `${text} is a glob`,
      column: glob.index + 1,
      hint: "name the directory above; all below it may be run",
    };
  }
  return text === "/"
    ? { error: "/ names every directory", column: 1, hint: "name the scripts' directory" }
    : undefined;
}

/** A name as useradd(8) allows it. */
function userError(text: string): RuleError | undefined {
  if (/^[0-9]+$/.test(text)) {
    return { error: `${text} is a number`, column: 1, hint: "write the user's name" };
  }
  if (/^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/.test(text)) return undefined;
  return { error: `"${text}" is not the name of a user`, column: 1, hint: "letters, digits, _, - and ." };
}

function variableError(text: string): RuleError | undefined {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return undefined;
  const hint = text.includes("=") ? "only the name; the handler gives the value" : "letters, digits and _";
  return { error: `"${text}" is not the name of an environment variable`, column: 1, hint };
}

const CHECKS = {
  exec: execRuleError,
  look: execRuleError,
  scripts: directoryError,
  read: pathRuleError,
  write: pathRuleError,
  runAs: userError,
  env: variableError,
} as const;
