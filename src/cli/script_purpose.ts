import { OPERATIONS } from "../protocol/operations.ts";
import type { Driver } from "../protocol/operations.ts";

/** What a hook script handles, as far as its text shows; an empty list: unknown, so it may be anything. */
export interface ScriptPurpose {
  operations: string[];
  guests: string[];
}

/** Finds the operations and guests that a shell, Python or Perl script names. */
export function scriptPurpose(text: string, driver: Driver): ScriptPurpose {
  const code = text.split("\n").filter((line) => !/^\s*#/.test(line)).join("\n");
  const known = [...new Set(OPERATIONS.filter((o) => o.driver === driver).map(({ name }) => name as string))];
  const operations = known.filter((name) =>
    new RegExp(`(?:["'/ =(|]|^)${name}(?:["'/ )|]|$)`, "m").test(code)
  );
  const guests = [...code.matchAll(
    /(?:\$\{?1\}?|\$\{?(?:GUEST|VM|DOMAIN|guest|vm|domain)(?:_?NAME|_?name)?\}?|argv\[1\])["']?\s*(?:==?|eq|=~)\s*["']?([\w.+-]+)/g,
  )].map(([, name]) => name!);
  return { operations, guests: [...new Set(guests)] };
}

/** `for win11; at prepare, release`. */
export function purposeText({ operations, guests }: ScriptPurpose): string {
  const who = guests.length === 0 ? "for every guest" : `for ${guests.join(", ")}`;
  return `${who}; at ${operations.length === 0 ? "every operation" : operations.join(", ")}`;
}
