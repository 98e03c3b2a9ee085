import type { Issue } from "../base/issue.ts";
import type { Json } from "../base/json.ts";
import { suggest } from "../base/suggest.ts";
import type { Config } from "./config.ts";
import type { Manifest } from "../manifest/manifest.ts";

/**
 * A handler's options: the defaults of its manifest with what `config.yaml`
 * says for it in their place. A value replaces the default as a whole, lists
 * and maps too, and has to be of the same type; a default of null takes any.
 *
 * @param handlerName The file's name without `.js`, such as `20-vfio`.
 * @returns The options; where a value is wrong its default, and an issue.
 */
export function applyOptions(
  manifest: Pick<Manifest, "options">,
  config: Config,
  handlerName: string,
): { options: Record<string, Json>; issues: Issue[] } {
  const options = new Map(Object.entries(manifest.options));
  const known = [...options.keys()];
  const issues: Issue[] = [];
  for (const { key, value, file, line, column } of own(config.options, handlerName) ?? []) {
    const before = options.get(key);
    const error = (message: string, hint?: string) =>
      issues.push({ severity: "error", file, line, column, message, ...(hint ? { hint } : {}) });
    if (before === undefined) {
      const near = suggest(key, known);
      const list = known.length > 0 ? `it has ${known.join(", ")}` : "it has none";
      error(`${handlerName} has no option "${key}"`, near ? `did you mean ${near}?` : list);
    } else if (before !== null && typeName(value) !== typeName(before)) {
      error(`the option ${key} of ${handlerName} has to be ${typeName(before)}, not ${typeName(value)}`);
    } else options.set(key, value);
  }
  return { options: Object.fromEntries(options), issues };
}

/** An issue for every handler that `config.yaml` has options for and that is not there. */
export function unknownHandlerIssues(config: Config, handlerNames: readonly string[]): Issue[] {
  return Object.entries(config.options).flatMap(([name, [first]]) => {
    if (handlerNames.includes(name) || !first) return [];
    const near = suggest(name, handlerNames);
    const { file, line, column } = first;
    return [{
      severity: "error" as const,
      file,
      line,
      column,
      message: `options for "${name}", which is no handler here`,
      ...(near ? { hint: `did you mean ${near}?` } : {}),
    }];
  });
}

function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function typeName(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return { boolean: "true or false", number: "a number", string: "text", object: "a map" }[
    typeof value as "boolean" | "number" | "string" | "object"
  ];
}
