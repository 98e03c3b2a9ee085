import { escaped, oneLine } from "../base/one_line.ts";

/** How text is laid out for people: what the output can show, and how wide it is. */
export interface Look {
  /** The width available, in columns. */
  width: number;
  colour: boolean;
  /** Whether more than ASCII can be shown. */
  unicode: boolean;
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60\u3000-\u303f]/u;
const NARROW = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** A quick test that nearly all texts pass: a history may have a million rows. */
const PLAIN = /^[ -~]*$/;

/** The text with everything that a terminal would act on, and without `unicode` everything beyond ASCII, made a visible escape. */
export function visible(text: string, unicode: boolean): string {
  if (PLAIN.test(text)) return text;
  const safe = oneLine(text);
  return unicode ? safe : safe.replace(/…/g, "...").replace(/[^ -~]/gu, escaped);
}

/** Columns that a text takes in a terminal. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const c of text) width += c <= "~" ? 1 : WIDE.test(c) ? 2 : NARROW.test(c) ? 0 : 1;
  return width;
}

/** The text, truncated to `width` columns with a mark. */
export function fit(text: string, { width, unicode }: Pick<Look, "width" | "unicode">): string {
  if (textWidth(text) <= width) return text;
  const mark = unicode ? "…" : width >= 8 ? "..." : "";
  return head(text, width - textWidth(mark)) + mark;
}

/** As many characters from the start as fit into `width` columns. */
function head(text: string, width: number): string {
  let kept = "";
  let used = 0;
  for (const c of text) {
    used += textWidth(c);
    if (used > width) break;
    kept += c;
  }
  return kept;
}

/** The text with spaces after it, `width` columns in all; a longer one unchanged. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

/** The text in lines of at most `width` columns, broken at spaces where possible. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  const push = () => {
    if (line !== "") lines.push(line);
    line = "";
  };
  for (const word of text.split(" ")) {
    if (textWidth(line) + 1 + textWidth(word) <= width || line === "") {
      line += line === "" ? word : ` ${word}`;
    } else {
      push();
      line = word;
    }
    while (textWidth(line) > width) {
      const cut = head(line, Math.max(1, width)) || [...line][0]!;
      lines.push(cut);
      line = line.slice(cut.length);
    }
  }
  push();
  return lines.length === 0 ? [""] : lines;
}
