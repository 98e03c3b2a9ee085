import { eventText } from "./event_text.ts";
import { style } from "./style.ts";
import { fit, type Look, pad, textWidth, visible } from "./text.ts";
import { failureText } from "../records/failure_text.ts";
import type { HookRecord, UndoneEntry } from "../records/record.ts";

interface Column {
  title: string;
  /** The usual width, for a table whose rows are not known in advance. */
  usual: number;
  /** The largest width; longer cells are truncated on a terminal. */
  most: number;
  right?: boolean;
  text(record: HookRecord): string;
}

const ID: Column = { title: "ID", usual: 13, most: 13, text: ({ id }) => id };
const OPERATION: Column = {
  title: "OPERATION",
  usual: 16,
  most: 20,
  text: ({ driver, operation }) => `${driver}/${operation}`,
};
const GUEST: Column = { title: "GUEST", usual: 16, most: 32, text: ({ object }) => object };
const HANDLERS: Column = {
  title: "HANDLERS",
  usual: 20,
  most: 40,
  text: ({ handlers }) => handlers.map(({ name }) => name).join(" ") || "-",
};
const DURATION: Column = {
  title: "DURATION",
  usual: 10,
  most: 12,
  right: true,
  text: ({ ms }) => `${ms.toFixed(1)} ms`,
};
/** The verdict that libvirt got; a success after which an undo failed is not shown as a success. */
const VERDICT: Column = {
  title: "VERDICT",
  usual: 7,
  most: 11,
  text: (record) =>
    record.verdict === "success" && notBack(record) !== undefined ? "undo failed" : record.verdict,
};
const REASON: Column = { title: "REASON", usual: 1, most: Infinity, text: (record) => reasonOf(record) };

/** `TIME`, of the day for a narrow terminal. */
function time(from: number, to: number): Column {
  return {
    title: "TIME",
    usual: to - from,
    most: to - from,
    text: (record) => localTime(record.time).slice(from, to),
  };
}

/** Why a call failed, or what was not undone, or a remark, or what libvirt reported of an event. */
function reasonOf(record: HookRecord): string {
  const { reason, handlers, notes, event } = record;
  const failed = handlers.find(({ onFailure }) => onFailure !== undefined);
  if (reason !== undefined) return reason;
  if (failed !== undefined) return `${failed.name}: ${failureText(failed)}`;
  const left = notBack(record);
  return left === undefined
    ? notes?.[0] ?? (event === undefined ? "" : eventText(event))
    : `${left.handler}: not undone: ${left.what}: ${left.error}`;
}

/** A step of undo that failed and is kept. */
function notBack({ undone = [] }: HookRecord): UndoneEntry | undefined {
  return undone.find(({ ok }) => !ok);
}

/** `2026-11-23 06:57:27` in this host's time zone. */
export function localTime(time: string): string {
  const date = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Rows of a history, one a call, all under the same columns. */
export class HistoryTable {
  readonly #look: Look & { isTerminal: boolean };
  readonly #columns: readonly Column[];
  readonly #widths: readonly number[];
  /** A narrow terminal shows the reason below its row. */
  readonly #below: boolean;

  /** @param records the rows to show, for the widths; if absent the usual ones */
  constructor(look: Look & { isTerminal: boolean }, records: readonly HookRecord[]) {
    this.#look = look;
    const { columns, below } = columnsFor(look);
    this.#columns = columns;
    this.#below = below;
    const natural = columns.map(({ title, usual, text }) =>
      records.length === 0 ? Math.max(title.length, usual) : records.reduce(
        (most, record) => Math.max(most, textWidth(this.#visible(text(record)))),
        title.length,
      )
    );
    this.#widths = look.isTerminal ? shrunk(columns, natural, look.width) : natural;
  }

  heading(): string {
    return this.#row(this.#columns.map(({ title }) => title));
  }

  /** One line, or two; colours by the verdict. */
  row(record: HookRecord): string {
    const paint = style(this.#look.colour);
    const usual = notBack(record) === undefined ? (text: string) => text : paint.yellow;
    const colour = { success: usual, ignore: paint.yellow, abort: paint.red }[record.verdict];
    const row = this.#row(this.#columns.map(({ text }) => this.#visible(text(record))), colour);
    const reason = this.#below ? this.#visible(reasonOf(record)) : "";
    if (reason === "") return row;
    return `${row}  ${colour(fit(reason, { ...this.#look, width: this.#look.width - 2 }))}\n`;
  }

  #row(cells: readonly string[], colour = (text: string) => text): string {
    const line = cells.map((cell, i) => {
      const width = this.#widths[i]!;
      const text = this.#look.isTerminal ? fit(cell, { ...this.#look, width }) : cell;
      return this.#columns[i]!.right
        ? " ".repeat(Math.max(0, width - textWidth(text))) + text
        : pad(text, width);
    }).join("  ").trimEnd();
    return `${colour(line)}\n`;
  }

  #visible(text: string): string {
    return visible(text, this.#look.unicode);
  }
}

function columnsFor(
  { isTerminal, width }: Look & { isTerminal: boolean },
): { columns: Column[]; below: boolean } {
  if (!isTerminal || width >= 120) {
    return {
      columns: [ID, time(0, 19), OPERATION, GUEST, HANDLERS, DURATION, VERDICT, REASON],
      below: false,
    };
  }
  if (width >= 76) return { columns: [ID, time(5, 16), OPERATION, GUEST, DURATION, VERDICT], below: true };
  return { columns: [ID, time(11, 19), OPERATION, GUEST, VERDICT], below: true };
}

/**
 * The widths, each within its column's limit, the last within the remaining space; the guest's name shrinks
 * before that.
 */
function shrunk(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = natural.map((one, i) => Math.min(one, columns[i]!.most));
  const over = () => widths.reduce((sum, one) => sum + one + 2, -2) - width;
  for (const column of [REASON, HANDLERS, GUEST, OPERATION]) {
    const i = columns.indexOf(column);
    if (i >= 0 && over() > 0) widths[i] = Math.max(8, widths[i]! - over());
  }
  return widths;
}
