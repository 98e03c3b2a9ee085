import { ownCopy } from "../base/own_copy.ts";
import type { Json } from "../base/json.ts";

const LONGEST = 300;

/** A value in a record: a text as it is, anything else as JSON, cut where it is long. */
export function shortText(value: Json | undefined): string {
  const text = typeof value === "string"
    ? value
    : value === undefined || value === null
    ? ""
    : JSON.stringify(value);
  return text.length > LONGEST ? ownCopy(`${text.slice(0, LONGEST)}…`) : text;
}

/** A command's line in a record, of whatever the guest sent as `(command, args)`. */
export function commandLine([command, args]: readonly Json[]): { what: string } {
  if (!Array.isArray(args)) return { what: shortText(command) };
  const words = [command, ...args].map((word) => typeof word === "string" ? word : JSON.stringify(word));
  return { what: shortText(words.join(" ")) };
}
