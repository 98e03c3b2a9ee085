import type { Issue } from "../base/issue.ts";

/** The largest manifest, in characters of the file. A dozen lines is usual. */
export const LONGEST_MANIFEST = 64 * 1024;

/** The largest handler file, in bytes. */
export const LARGEST_HANDLER = 1024 * 1024;

/** The text before the YAML in each line of a manifest: `// `. */
export const COMMENT_WIDTH = 3;

/** A handler's manifest, extracted from its comments. */
export interface FrontMatter {
  /** The manifest's text: without its marks and the comment characters of each line. */
  yaml: string;
  /** How many lines of the file come before it: line 1 of the text is line `lineOffset + 1` of the file. */
  lineOffset: number;
}

/** Only white space may precede the mark, which is a line of its own. */
const BEFORE = /^\uFEFF?\s*/;
const MARK = /^\/\/ ---[ \t]*$/;
/** A line that may be meant as a mark. */
const NEARLY_MARK = /^[ \t]*\/\/\s*---\s*$/;

const FIX = "a handler begins with its manifest: // ---, lines of YAML that begin with //, // ---";

/**
 * Takes the manifest from a handler's source: line comments that hold YAML,
 * between two lines `// ---`. Each line between them begins with `//`, and then
 * has one space, or nothing. The engine gets the whole file: to JavaScript the
 * manifest is comments. Lines end in LF or CRLF.
 *
 * @param file The handler's path, for the issue.
 */
export function extractFrontMatter(
  file: string,
  source: string,
): { frontMatter: FrontMatter } | { issue: Issue } {
  const issue = (line: number, message: string, hint: string, column = 1) => ({
    issue: { severity: "error" as const, file, line, column, message, hint },
  });
  const start = source.lastIndexOf("\n", (BEFORE.exec(source)?.[0].length ?? 0) - 1) + 1;
  const first = 1 + countLines(source.slice(0, start));
  // One more than allowed, so that a manifest that is too long differs from one without an end.
  const lines = source.slice(start, start + LONGEST_MANIFEST + 1).split("\n").map(withoutReturn);
  const top = first === 1 ? lines[0]!.replace("\uFEFF", "") : lines[0]!;
  if (!MARK.test(top)) return issue(first, noManifest(top), FIX);

  const yaml: string[] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (MARK.test(line)) {
      return { frontMatter: { yaml: yaml.map((text) => `${text}\n`).join(""), lineOffset: first } };
    }
    // The last piece is truncated where the text is.
    if (i === lines.length - 1 && source.length - start > LONGEST_MANIFEST) {
      return issue(first, `the manifest is longer than ${LONGEST_MANIFEST} characters`, "shorten it");
    }
    if (!line.startsWith("// ") && NEARLY_MARK.test(line)) {
      return issue(first + i, "this line resembles the end of the manifest, but is not", "write // ---");
    }
    if (i === lines.length - 1 && line === "") break;
    if (!line.startsWith("//")) {
      const hint =
        `begin the line with // if it belongs to the manifest, or end the manifest before it with a line // ---`;
      return issue(first + i, "the manifest is not closed before this line, which is not a comment", hint);
    }
    if (line.length > 2 && line[2] !== " ") {
      return issue(first + i, "a line of the manifest begins with // and a space", "add the space", 3);
    }
    yaml.push(line.slice(COMMENT_WIDTH));
  }
  return issue(first, "the manifest is never closed", "end it with a line // ---");
}

function noManifest(line: string): string {
  if (line.startsWith("#!")) return "a handler cannot begin with #!";
  if (/^\s*\/\*---/.test(line)) return "the manifest must use line comments, not /*--- … ---*/";
  if (NEARLY_MARK.test(line)) return "this line resembles the start of the manifest, but is not";
  if (/^\s*\/\/\s*---/.test(line)) return "the manifest must begin on the line after // ---";
  return "the handler has no manifest";
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}
