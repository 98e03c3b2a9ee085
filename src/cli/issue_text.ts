import type { Style } from "./style.ts";
import { fit, type Look, textWidth, visible, wrap } from "./text.ts";
import type { Issue } from "../base/issue.ts";

/**
 * An issue as compilers show it: the place and what is wrong, the line it is
 * in with a caret below the character, and what to do.
 *
 * @param text The file's text; without it no line is shown.
 */
export function issueText(
  issue: Issue,
  text: string | undefined,
  look: Look & { isTerminal: boolean },
  paint: Style,
): string {
  const { file, line, column, severity, message, hint } = issue;
  const place = [file, ...(line > 0 ? [line] : []), ...(line > 0 && column > 0 ? [column] : [])].join(":");
  const colour = severity === "error" ? paint.red : paint.yellow;
  const said = visible(message, look.unicode);
  const start = `${paint.bold(visible(place, look.unicode))}: ${paint.bold(colour(severity))}: `;
  // On one line where it fits, and in a pipe; else the place stays whole, so that it can be copied.
  const fits = !look.isTerminal || textWidth(`${place}: ${severity}: ${said}`) <= look.width;
  const lines = fits ? [start + said] : [
    paint.bold(visible(`${place}:`, look.unicode)),
    ...wrap(`${severity}: ${said}`, look.width - 2).map((part, i) =>
      `  ${i === 0 ? paint.bold(colour(severity)) + part.slice(severity.length) : part}`
    ),
  ];
  const shown = line > 0 ? text?.split(/\r\n|\n|\r/)[line - 1] : undefined;
  if (shown !== undefined) lines.push(...excerpt(shown, line, column, look, paint, colour));
  if (hint !== undefined) {
    lines.push(
      ...wrap(visible(hint, look.unicode), look.width - 8).map((part, i) =>
        `${i === 0 ? "  help: " : "        "}${part}`
      ),
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** The line with its number, truncated around the column if it is long, and a caret. */
function excerpt(
  line: string,
  number: number,
  column: number,
  look: Look,
  paint: Style,
  colour: (text: string) => string,
): string[] {
  const margin = `${String(number).padStart(5)} | `;
  const room = look.width - margin.length;
  const before = visible(line.slice(0, Math.max(0, column - 1)).replaceAll("\t", " "), look.unicode);
  const after = visible(line.slice(Math.max(0, column - 1)).replaceAll("\t", " "), look.unicode);
  // Of a long beginning, only the end is shown, so that the character in question stays visible.
  const skipped = textWidth(before) > room * 2 / 3;
  const start = skipped ? `...${tail(before, Math.floor(room / 2))}` : before;
  const body = fit(start + after, { width: room, unicode: look.unicode });
  const caret = column > 0 ? [`${paint.dim("      | ")}${" ".repeat(textWidth(start))}${colour("^")}`] : [];
  return [`${paint.dim(margin)}${body}`, ...caret];
}

/** As many characters from the end as fit into `width` columns. */
function tail(text: string, width: number): string {
  let kept = "";
  for (const c of [...text].reverse()) {
    if (textWidth(kept) + textWidth(c) > width) break;
    kept = c + kept;
  }
  return kept;
}
