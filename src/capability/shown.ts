import type { Json } from "../base/json.ts";

const LONGEST = 200;

/** A value in the words of a dry run, truncated if it is long. */
export function shown(given: Json | undefined): string {
  const json = JSON.stringify(given ?? null);
  return json.length > LONGEST ? `${json.slice(0, LONGEST)}...` : json;
}

/** A command line with a shell's quoting, for people only: no program ever reads it. */
export function shownCommand(words: readonly string[], user?: string): string {
  return words.map(shownWord).join(" ") + (user === undefined ? "" : ` as ${user}`);
}

function shownWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
