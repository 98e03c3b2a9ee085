import { UNSAFE } from "./one_line.ts";

/** Most texts by far, told apart quickly. */
const PLAIN = /^[ -[\]-~]*$/;
/** Every escape in JSON, so that none is looked for in the middle of another; the group is half of a surrogate pair. */
const ESCAPES = /\\(?:(u[dD][89a-fA-F][0-9a-fA-F]{2})|[^])/g;

/**
 * A value as JSON on one line, which may be shown on a terminal as it is and read by any program: characters that a
 * terminal acts on are escapes, and half of a surrogate pair, which is no Unicode, is U+FFFD.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (PLAIN.test(text)) return text;
  return text.replace(ESCAPES, (escape, half) => half === undefined ? escape : "\\ufffd")
    .replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
