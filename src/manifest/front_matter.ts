import type { Issue } from "../base/issue.ts";

/** The largest manifest, in characters. A dozen lines is usual. */
export const LONGEST_MANIFEST = 64 * 1024;

/** The largest handler file, in bytes. */
export const LARGEST_HANDLER = 1024 * 1024;

/** A handler's file taken apart. */
export interface FrontMatter {
  /** The manifest's text, without the lines that open and close it. */
  yaml: string;
  /** How many lines of the file come before it: line 1 of the text is line `lineOffset + 1` of the file. */
  lineOffset: number;
  /**
   * The file with the manifest replaced by as many empty lines: what the
   * engine is given. A manifest may hold what would end a comment, such as
   * `cpu*` followed by a slash, so JavaScript cannot read the file as it is.
   */
  code: string;
}

const OPEN = /^\uFEFF?\s*\/\*---[ \t]*\r?\n/;
// At the start of a line only: a path or a command may hold the same characters.
const CLOSE = /^[ \t]*---\*\//m;

const FIX = "the first comment of a handler is its manifest: /*---, lines of YAML, ---*/";

/**
 * Takes the manifest from a handler's source: its first comment, which a line
 * that begins with `/*---` opens and the next line that begins with the same
 * backwards closes. Nothing but white space may come before it. Lines end in
 * LF or CRLF.
 *
 * @param file The handler's path, for the issue.
 */
export function extractFrontMatter(
  file: string,
  source: string,
): { frontMatter: FrontMatter } | { issue: Issue } {
  const issue = (line: number, message: string, hint: string) => ({
    issue: { severity: "error" as const, file, line, column: 1, message, hint },
  });
  const open = OPEN.exec(source);
  if (!open) {
    if (/^\uFEFF?#!/.test(source)) return issue(1, "a handler does not begin with #!", FIX);
    const line = 1 + countLines(/^\uFEFF?\s*/.exec(source)?.[0] ?? "");
    if (/^\uFEFF?\s*\/\*---/.test(source)) {
      return issue(line, "the manifest begins on the line after /*---", FIX);
    }
    return issue(line, "the handler has no manifest", FIX);
  }
  const start = open[0].length;
  const lineOffset = countLines(open[0]);
  const close = CLOSE.exec(source.slice(start, start + LONGEST_MANIFEST + 1));
  if (!close) {
    if (source.length - start > LONGEST_MANIFEST && CLOSE.test(source.slice(start))) {
      return issue(lineOffset, `the manifest is longer than ${LONGEST_MANIFEST} characters`, "shorten it");
    }
    return issue(lineOffset, "the manifest is never closed", "end it with a line ---*/");
  }
  const end = start + close.index + close[0].length;
  const blank = "\n".repeat(countLines(source.slice(0, end)));
  return {
    frontMatter: {
      yaml: source.slice(start, start + close.index),
      lineOffset,
      code: blank + source.slice(end),
    },
  };
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}
