import type { Issue } from "../base/issue.ts";
import type { Json } from "../base/json.ts";
import { suggest } from "../base/suggest.ts";
import type { Config, OptionSetting } from "./config.ts";
import { type CallGuest, matchesGuest } from "../manifest/match.ts";
import type { Manifest } from "../manifest/manifest.ts";

/** A handler's options for one call. */
export interface AppliedOptions {
  options: Record<string, Json>;
  /** Where `config.yaml` sets those that are not defaults. */
  set: Record<string, SetOption>;
  issues: Issue[];
}

/** The line of `config.yaml` that set an option, and the guests that it names, unless it applies to all. */
export interface SetOption {
  line: number;
  guests?: string;
}

/**
 * A handler's options: the defaults of its manifest, overridden by what
 * `config.yaml` sets for it, and then by what it sets for the guest: a glob
 * with fewer literal characters before one with more, the guest's whole name or
 * UUID last. A value replaces the previous one as a whole, lists and maps too,
 * and must have the default's type; a default of null accepts any.
 *
 * @param handlerName The file's name without `.js`, such as `20-vfio`.
 * @param guest The guest that the call is about; absent: none.
 * @returns The options; for a wrong value the previous one, and an issue.
 */
export function applyOptions(
  manifest: Pick<Manifest, "options">,
  config: Pick<Config, "options" | "guests">,
  handlerName: string,
  guest?: CallGuest,
): AppliedOptions {
  const forGuest = config.guests
    .filter(({ guests, options }) =>
      guest !== undefined && Object.hasOwn(options, handlerName) &&
      matchesGuest(guests, guest.name, guest.uuid)
    )
    .sort((a, b) => specificity(a.guests) - specificity(b.guests));
  return apply(manifest, handlerName, [
    ...(own(config.options, handlerName) ?? []),
    ...forGuest.flatMap(({ guests, options }) =>
      options[handlerName]!.map((setting) => ({ ...setting, guests }))
    ),
  ]);
}

/** What is wrong with any option that `config.yaml` sets for a handler, for any guest. */
export function optionIssues(
  manifest: Pick<Manifest, "options">,
  config: Config,
  handlerName: string,
): Issue[] {
  const lists = [config.options, ...config.guests.map(({ options }) => options)];
  return lists.flatMap((options) => apply(manifest, handlerName, own(options, handlerName) ?? []).issues);
}

function apply(
  manifest: Pick<Manifest, "options">,
  handlerName: string,
  settings: readonly (OptionSetting & { guests?: string })[],
): AppliedOptions {
  const options = new Map(Object.entries(manifest.options));
  const known = [...options.keys()];
  const set = new Map<string, SetOption>();
  const issues: Issue[] = [];
  for (const { key, value, file, line, column, guests } of settings) {
    const before = manifest.options[key];
    const error = (message: string, hint?: string) =>
      issues.push({ severity: "error", file, line, column, message, ...(hint ? { hint } : {}) });
    if (!options.has(key)) {
      const near = suggest(key, known);
      const list = known.length > 0 ? `it has ${known.join(", ")}` : "it has none";
      error(`${handlerName} has no option "${key}"`, near ? `did you mean ${near}?` : list);
    } else if (before !== undefined && before !== null && typeName(value) !== typeName(before)) {
      error(`the option ${key} of ${handlerName} must be ${typeName(before)}, not ${typeName(value)}`);
    } else {
      options.set(key, value);
      set.set(key, { line, ...(guests === undefined ? {} : { guests }) });
    }
  }
  return { options: Object.fromEntries(options), set: Object.fromEntries(set), issues };
}

/** An issue for every handler that `config.yaml` has options for and that does not exist. */
export function unknownHandlerIssues(
  config: Pick<Config, "options" | "guests">,
  handlerNames: readonly string[],
): Issue[] {
  const all = [config.options, ...config.guests.map(({ options }) => options)].flatMap(Object.entries);
  return all.flatMap(([name, [first]]) => {
    if (handlerNames.includes(name) || !first) return [];
    const near = suggest(name, handlerNames);
    const { file, line, column } = first;
    return [{
      severity: "error" as const,
      file,
      line,
      column,
      message: `options for "${name}", which is not a handler here`,
      ...(near ? { hint: `did you mean ${near}?` } : {}),
    }];
  });
}

/** A whole name or UUID before any glob, then the glob with more literal characters. */
function specificity(guests: string): number {
  return /[*?]/.test(guests) ? guests.replace(/^uuid:|[*?]/g, "").length : Number.MAX_SAFE_INTEGER;
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
