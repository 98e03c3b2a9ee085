/**
 * What a terminal or an editor acts on: control characters (C1 too, and every line end) move the cursor and colour the
 * screen, bidirectional marks reorder a line, a byte order mark hides. A guest's name must do none of it.
 */
export const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/gu;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text on one line, with all of that made visible escapes, so that it cannot break or forge a line; half a surrogate pair is U+FFFD. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (c) => NAMED[c] ?? escaped(c));
}

/** A character as `\u009b`, or `\u{1f600}` beyond four digits. */
export function escaped(c: string): string {
  const code = c.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
