import { sha256 } from "@noble/hashes/sha2.js";
import type { CallRecord } from "../base/call_record.ts";
import { ownCopy } from "../base/own_copy.ts";
import type { Json } from "../base/json.ts";

const LONGEST = 300;
/** A command line up to this length is kept whole, so that the record shows what ran. */
const LONGEST_LINE = 4_096;
const MOST_NAMES = 64;

/** A value in a record: a text unchanged, anything else as JSON, truncated if it is long. */
export function shortText(value: Json | undefined, longest = LONGEST): string {
  const text = typeof value === "string"
    ? value
    : value === undefined || value === null
    ? ""
    : JSON.stringify(value);
  return text.length > longest
    ? ownCopy(`${text.slice(0, longest)}… (+${text.length - longest} characters)`)
    : text;
}

/** A command in a record: its line and the call's options, from whatever the guest sent as `(command, args, options)`. */
export function commandLine(
  [command, args, options]: readonly Json[],
): Pick<CallRecord, "what" | "runAs" | "env" | "stdin"> {
  const words = [command, ...Array.isArray(args) ? args : []]
    .map((word) => typeof word === "string" ? word : JSON.stringify(word));
  const { runAs, env, stdin } = isObject(options) ? options : {};
  return {
    what: shortText(words.join(" "), LONGEST_LINE),
    ...(typeof runAs === "string" && { runAs: shortText(runAs) }),
    ...(isObject(env) && Object.keys(env).length > 0 &&
      { env: Object.keys(env).slice(0, MOST_NAMES).map((name) => shortText(name)) }),
    ...(typeof stdin === "string" && stdin !== "" && { stdin: digest(stdin) }),
  };
}

function digest(text: string): { bytes: number; sha256: string } {
  const bytes = new TextEncoder().encode(text);
  return { bytes: bytes.length, sha256: sha256(bytes).toHex() };
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
