/** Something wrong in a file an admin wrote, with the place to look at. */
export interface Issue {
  severity: "error" | "warning";
  /** The file's path, or a name such as `stdin`. */
  file: string;
  /** 1-based; 0 when the whole file is meant. */
  line: number;
  /** 1-based, in UTF-16 code units as editors count them; 0 when the whole line is meant. */
  column: number;
  /** What is wrong, without a final full stop. */
  message: string;
  /** What to do about it. */
  hint?: string;
}

/** `file:line:column: message (hint)`, on one line, as compilers print it. */
export function formatIssue(issue: Issue): string {
  const place = [
    issue.file,
    ...(issue.line > 0 ? [issue.line] : []),
    ...(issue.column > 0 ? [issue.column] : []),
  ]
    .join(":");
  const hint = issue.hint === undefined ? "" : ` (${issue.hint})`;
  return oneLine(`${place}: ${issue.message}${hint}`);
}

/** The text with every control character, line ends included, made a visible escape, so that it cannot break or forge a line. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => {
    if (c === "\n") return "\\n";
    if (c === "\t") return "\\t";
    if (c === "\r") return "\\r";
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
