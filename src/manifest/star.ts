/**
 * A text in which `*` matches any run of characters, an empty one too: the
 * literal pieces between the stars. One piece means no star at all.
 */
export type StarPattern = readonly string[];

/**
 * Whether the pattern covers the whole text. Each piece is searched for once,
 * leftmost first, so nothing is tried twice.
 */
export function matchStar(pattern: StarPattern, text: string): boolean {
  const first = pattern[0] ?? "";
  if (pattern.length < 2) return text === first;
  const last = pattern[pattern.length - 1] ?? "";
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of pattern.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

/**
 * Whether the text has more line ends than the pattern itself writes, so that a
 * star would have to match one. Names with line ends forge lines in the output
 * and input of programs that read lists of lines.
 */
export function addsLineEnd(pattern: StarPattern, text: string): boolean {
  const count = (s: string) => s.length - s.replace(/[\n\r]/g, "").length;
  return count(text) > pattern.reduce((sum, piece) => sum + count(piece), 0);
}
