import type { StarPattern } from "./star.ts";

/** One word of a rule. */
export interface PatternWord {
  /** As written, quotes and all. */
  text: string;
  /** What it stands for: quotes removed, split at the stars outside quotes. */
  pattern: StarPattern;
  /** 1-based place of its first character in the rule, in UTF-16 code units. */
  column: number;
}

/**
 * Splits a rule into words as a shell does: at spaces and tabs, with single
 * quotes, double quotes and backslashes that make the characters in them mean
 * themselves, `*` included. In double quotes a backslash is special only
 * before `"` and `\`. Nothing else is special: no variables, no comments.
 */
export function splitWords(rule: string): { words: PatternWord[] } | { error: string; column: number } {
  const nul = rule.indexOf("\0");
  if (nul >= 0) return { error: "a command line cannot contain NUL", column: nul + 1 };
  const words: PatternWord[] = [];
  let at = 0;
  while (at < rule.length) {
    if (isSpace(rule.charAt(at))) {
      at++;
      continue;
    }
    const read = readWord(rule, at);
    if ("error" in read) return read;
    words.push(read.word);
    at = read.end;
  }
  return { words };
}

function readWord(
  rule: string,
  start: number,
): { word: PatternWord; end: number } | { error: string; column: number } {
  const pieces = [""];
  const add = (text: string) => pieces[pieces.length - 1] += text;
  let at = start;
  while (at < rule.length && !isSpace(rule.charAt(at))) {
    const c = rule.charAt(at);
    if (c === "\n" || c === "\r") {
      return { error: "a rule is one command line: a newline must be in quotes", column: at + 1 };
    }
    if (c === "'" || c === '"') {
      const read = c === "'" ? readSingle(rule, at) : readDouble(rule, at);
      if (!read) return { error: `the quote ${c} is never closed`, column: at + 1 };
      add(read.text);
      at = read.end;
    } else if (c === "\\") {
      if (at + 1 >= rule.length) return { error: "nothing follows the backslash", column: at + 1 };
      add(rule.charAt(at + 1));
      at += 2;
    } else {
      if (c === "*") {
        // Adjacent stars mean the same as one.
        if (pieces.length === 1 || pieces[pieces.length - 1] !== "") pieces.push("");
      } else add(c);
      at++;
    }
  }
  return { word: { text: rule.slice(start, at), pattern: pieces, column: start + 1 }, end: at };
}

function readSingle(rule: string, open: number): { text: string; end: number } | undefined {
  const close = rule.indexOf("'", open + 1);
  return close < 0 ? undefined : { text: rule.slice(open + 1, close), end: close + 1 };
}

function readDouble(rule: string, open: number): { text: string; end: number } | undefined {
  let text = "";
  for (let at = open + 1; at < rule.length; at++) {
    const c = rule.charAt(at);
    const next = rule.charAt(at + 1);
    if (c === '"') return { text, end: at + 1 };
    if (c === "\\" && (next === '"' || next === "\\")) {
      text += next;
      at++;
    } else text += c;
  }
  return undefined;
}

function isSpace(c: string): boolean {
  return c === " " || c === "\t";
}

/** The text as one word of a rule that matches this text and no other. */
export function quoteWord(text: string): string {
  if (text !== "" && text !== "..." && !/[\s*'"\\]/.test(text)) return text;
  return text.includes("'") ? `"${text.replace(/["\\]/g, "\\$&")}"` : `'${text}'`;
}
