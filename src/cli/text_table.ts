import { fit, type Look, pad, textWidth, visible, wrap } from "./text.ts";

/** One column of a table. */
export interface Column {
  title: string;
  align?: "left" | "right";
  /**
   * Shares the remaining width with other such columns; the others are as wide as they need. `wrap`: over
   * several lines; `cut`: on one line, truncated.
   */
  flex?: "wrap" | "cut";
  /** Applied to a cell once it is laid out: a colour. */
  paint?(text: string, row: number): string;
}

/** A cell: one text, or several lines. */
export type Cell = string | readonly string[];

const GAP = 2;
/** A flexible column is never made narrower than this. */
const NARROWEST = 8;

/**
 * A table that fits `look.width`, with a heading. In a pipe nothing is
 * truncated or wrapped (`fitted` false), so that programs read whole values.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  look: Look & { isTerminal?: boolean },
): string {
  const texts = rows.map((row) =>
    row.map((cell) => linesOf(cell).map((line) => visible(line, look.unicode)))
  );
  const widths = widthsOf(columns, texts, look.isTerminal === false ? Infinity : look.width);
  const heading = columns.map(({ title, align }, i) => place(title, widths[i]!, align)).join("  ").trimEnd();
  const body = texts.flatMap((row, r) => {
    const cells = row.map((lines, i) => lines.flatMap((line) => laid(line, columns[i]!, widths[i]!, look)));
    const height = Math.max(1, ...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, n) =>
      cells.map((cell, i) => {
        const { align, paint } = columns[i]!;
        const text = place(cell[n] ?? "", widths[i]!, align);
        return paint === undefined || !look.colour ? text : paint(text, r);
      }).join("  ").trimEnd());
  });
  return [heading, ...body].map((line) => `${line}\n`).join("");
}

function linesOf(cell: Cell): readonly string[] {
  return typeof cell === "string" ? [cell] : cell;
}

function laid(line: string, { flex }: Column, width: number, { unicode }: Look): string[] {
  if (flex === "wrap") return wrap(line, width);
  return [flex === "cut" ? fit(line, { width, unicode }) : line];
}

/** The last column needs no padding, and a wide column has no limit in a pipe. */
function place(text: string, width: number, align: Column["align"]): string {
  if (align === "right") return " ".repeat(Math.max(0, width - textWidth(text))) + text;
  return pad(text, width);
}

function widthsOf(
  columns: readonly Column[],
  rows: readonly (readonly string[][])[],
  width: number,
): number[] {
  const natural = columns.map(({ title }, i) =>
    rows.reduce((most, row) => Math.max(most, ...row[i]!.map(textWidth)), textWidth(title))
  );
  const total = () => natural.reduce((sum, one) => sum + one, GAP * (columns.length - 1));
  // The widest flexible column shrinks first, one column at a time.
  for (let over = total() - width; over > 0; over = total() - width) {
    const flexible = columns.flatMap(({ flex }, i) => flex === undefined ? [] : [i]).filter((i) =>
      natural[i]! > NARROWEST
    );
    if (flexible.length === 0) break;
    const widest = flexible.reduce((a, b) => natural[b]! > natural[a]! ? b : a);
    const second = Math.max(NARROWEST, ...flexible.filter((i) => i !== widest).map((i) => natural[i]!));
    natural[widest] = Math.max(natural[widest]! - over, Math.min(second, natural[widest]! - 1), NARROWEST);
  }
  return natural;
}
