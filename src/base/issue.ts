import { oneLine } from "./one_line.ts";

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
