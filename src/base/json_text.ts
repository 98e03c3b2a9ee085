import { UNSAFE } from "./one_line.ts";

/** Most texts by far, told apart quickly. */
const PLAIN = /^[ -[\]-~]*$/;
/** Half of a surrogate pair as JSON.stringify() writes it, with the whole backslashes before it, which are a text's own. */
const HALF = /(?<!\\)((?:\\\\)*)\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;
/** How much is replaced at once: each replacement takes memory until all are joined. */
const PIECE = 65_536;

/**
 * A value as JSON on one line, which may be shown on a terminal as it is and read by any program: characters that a
 * terminal acts on are escapes, and half of a surrogate pair, which is no Unicode, is U+FFFD.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (PLAIN.test(text)) return text;
  const whole = text.replace(HALF, "$1\\ufffd");
  let shown = "";
  for (let at = 0; at < whole.length; at += PIECE) {
    shown += whole.slice(at, at + PIECE).replace(
      UNSAFE,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  }
  return shown;
}
