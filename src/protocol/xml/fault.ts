import type { Issue } from "../../base/issue.ts";
import { positionAt } from "../../base/position.ts";

/** What is wrong with a text, at an offset in UTF-16 code units. */
export interface Fault {
  offset: number;
  message: string;
  hint?: string;
}

/** The issue an admin reads: the fault with its line and column. A byte order mark takes no column. */
export function issueAt(
  text: string,
  source: string,
  fault: Fault,
  severity: Issue["severity"] = "error",
): Issue {
  const bom = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const { line, column } = positionAt(text, fault.offset);
  return {
    severity,
    file: source,
    line,
    column: line === 1 ? Math.max(1, column - bom) : column,
    message: fault.message,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
  };
}

/** A name or value from a document, truncated for a message, so that a hostile one cannot flood the log. */
export function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
