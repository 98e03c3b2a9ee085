import { consequence } from "./consequence.ts";
import { eventText } from "./event_text.ts";
import { type Style, style } from "./style.ts";
import { fit, type Look, pad, textWidth, visible, wrap } from "./text.ts";
import type { CallRecord } from "../base/call_record.ts";
import type { HandlerEntry, HookRecord, UndoneEntry } from "../records/record.ts";

/** Columns of a duration: `12345.6 ms`. */
const DURATION = 10;

/** The columns of the parts of a line, and the time scale of the bars. */
interface Sheet {
  look: Look;
  paint: Style;
  /** Columns for text, then for bars. */
  text: number;
  bar: number;
  /** The time that the bars span, in milliseconds. */
  total: number;
}

/**
 * One hook call for people to read: its handlers, under each its calls, with
 * bars on the time scale of the whole call; which did not run and why; the
 * verdict, and what libvirt does with it. Ends in a line end.
 */
export function renderTimeline(record: HookRecord, look: Look): string {
  const bar = Math.max(8, Math.min(48, Math.floor(look.width / 4)));
  const text = Math.max(16, look.width - bar - DURATION - 2);
  const sheet: Sheet = { look, paint: style(look.colour), text, bar, total: Math.max(record.ms, 0.1) };
  const starts = startsOf(record);
  const lines = [
    ...heading(record, sheet),
    ...record.handlers.flatMap((handler, i) => handlerLines(handler, starts[i]!, sheet)),
    ...(record.left ?? []).flatMap(({ name, why }) => leftLines(name, why, sheet)),
    ...(record.undone ?? []).flatMap((entry) => undoneLines(entry, record.object, sheet)),
    ...(record.handlers.length + (record.left ?? []).length === 0 ? ["no handler matches this call"] : []),
    "",
    ...ending(record, sheet),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/**
 * Older records do not say when a handler began: they are then drawn one after the other, the last at the
 * end.
 */
function startsOf({ handlers, ms }: HookRecord): number[] {
  const sum = handlers.reduce((sum, handler) => sum + handler.ms, 0);
  let next = Math.max(0, ms - sum);
  return handlers.map((handler) => {
    const start = handler.start ?? next;
    next = start + handler.ms;
    return start;
  });
}

function heading(record: HookRecord, { look, paint }: Sheet): string[] {
  const { driver, operation, calledOperation, object, subOperation, extra, caller, id, time, background } =
    record;
  const said = record.event === undefined ? "" : eventText(record.event);
  const old = calledOperation === undefined ? "" : ` (called ${calledOperation})`;
  const what = fit(visible(`${driver}/${operation}${old}  ${object}`, look.unicode), look);
  const details = [
    time.replace("T", " ").replace(/\.\d+Z$/, " UTC"),
    record.event === undefined ? `sub-operation ${subOperation}, extra ${extra}` : "an event",
    ...(caller === undefined ? [] : [`called by ${caller}`]),
    `id ${id}`,
    ...(background === undefined ? [] : [`in the background of ${background}`]),
  ].join(", ");
  return [
    paint.bold(what),
    ...(said === "" ? [] : wrap(visible(said, look.unicode), look.width)),
    ...wrap(visible(details, look.unicode), look.width).map(paint.dim),
    "",
  ];
}

function handlerLines(handler: HandlerEntry, start: number, sheet: Sheet): string[] {
  const { look: { unicode }, paint } = sheet;
  const failed = handler.outcome !== "success";
  const colour = !failed ? paint.green : handler.onFailure === "abort" ? paint.red : paint.yellow;
  const mark = failed ? (unicode ? "✘" : "x") : (unicode ? "✔" : "+");
  const fate = failed
    ? `${handler.outcome}, ${handler.onFailure === "abort" ? "aborts" : "ignored"}`
    : "success";
  const head = row(
    `${mark} ${visible(handler.name, unicode)}  ${fate}`,
    start,
    handler.ms,
    sheet,
    (text) => colour(paint.bold(text)),
  );
  const place = handler.at === undefined ? "" : ` (${handler.at})`;
  const message = handler.message === undefined ? [] : indent(`${handler.message}${place}`, 4, sheet, colour);
  const { moreCalls = 0 } = handler;
  const calls = foldRepeats(handler.calls);
  return [
    head,
    ...message,
    ...(handler.options ?? []).flatMap((option) => indent(optionLine(option), 4, sheet, paint.dim)),
    ...calls.flatMap(([call, times], i) =>
      callLines(call, times, start, i === calls.length - 1 && moreCalls === 0, sheet)
    ),
    ...(moreCalls === 0 ? [] : [paint.dim(`  ${branch(true, unicode)} and ${moreCalls} more calls`)]),
    ...(handler.xmlDiff === undefined ? [] : diffLines(handler.xmlDiff, sheet)),
  ];
}

function optionLine({ key, value, line, guests }: NonNullable<HandlerEntry["options"]>[number]): string {
  return `option ${key}: ${JSON.stringify(value)} (config.yaml:${line}${
    guests === undefined ? "" : `, for ${guests}`
  })`;
}

/** What a handler changed in the XML, as `diff -u` shows it. */
function diffLines(diff: string, { look, paint }: Sheet): string[] {
  const colours: Readonly<Record<string, (text: string) => string>> = {
    "+": paint.green,
    "-": paint.red,
    "@": paint.dim,
  };
  return diff.replace(/\n$/, "").split("\n").map((line) => {
    const text = fit(visible(line, look.unicode), { width: look.width - 4, unicode: look.unicode });
    return `    ${(colours[line[0] ?? ""] ?? ((plain: string) => plain))(text)}`;
  });
}

/** What came back because a guest is gone. */
function undoneLines(
  { handler, what, ok, note, error, guest }: UndoneEntry,
  object: string,
  sheet: Sheet,
): string[] {
  const { look, paint } = sheet;
  const [done, failed] = look.unicode ? ["↶", "✘"] : ["<", "x"];
  const whose = guest.endsWith(`/${object}`) ? "" : ` for ${guest}`;
  const text = visible(
    `${handler}  ${ok ? "undone" : "not undone"}${whose}: ${what}`,
    look.unicode,
  );
  const colour = ok ? (plain: string) => plain : paint.red;
  const lines = wrap(text, look.width - 2).map((line, i) =>
    colour(`${i > 0 ? "  " : `${ok ? done : failed} `}${line}`)
  );
  return [
    ...lines,
    ...(note === undefined ? [] : indent(note, 4, sheet, paint.yellow)),
    ...(error === undefined ? [] : indent(error, 4, sheet, paint.red)),
  ];
}

/** A polling loop repeats the same calls: more than this many of a kind become one line with their number. */
const MOST_ALIKE = 3;

function foldRepeats(calls: readonly CallRecord[]): [call: CallRecord, times: number][] {
  const alike = new Map<string, CallRecord[]>();
  const keyOf = ({ at: _, ms, ...rest }: CallRecord) => JSON.stringify([rest, ms === undefined]);
  for (const call of calls) {
    const key = keyOf(call);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [call]);
    else known.push(call);
  }
  return calls.flatMap((call): [CallRecord, number][] => {
    const all = alike.get(keyOf(call))!;
    if (all.length <= MOST_ALIKE) return [[call, 1]];
    return all[0] === call ? [[call, all.length]] : [];
  });
}

function callLines(
  call: CallRecord,
  times: number,
  start: number,
  last: boolean,
  sheet: Sheet,
): string[] {
  const { look: { unicode }, paint } = sheet;
  const level = call.level === undefined ? "" : ` ${call.level}`;
  const fields = call.fields === undefined ? "" : ` ${JSON.stringify(call.fields)}`;
  const result = resultOf(call, unicode) + (times === 1 ? "" : ` (${times} times)`);
  const room = sheet.text - 5 - textWidth(result);
  const what = fit(visible(`${call.call}${level} ${call.what}${beside(call)}${fields}`.trimEnd(), unicode), {
    width: room,
    unicode,
  });
  const bad = call.error !== undefined || call.level === "error";
  const colour = bad ? paint.red : call.level === "warn" ? paint.yellow : (text: string) => text;
  const line = row(
    `  ${branch(last, unicode)} ${what}${result}`,
    start + call.at,
    call.call === "log" ? undefined : call.ms,
    sheet,
    colour,
  );
  const said = (["stdout", "stderr"] as const).flatMap((key) =>
    (call[key] ?? "").split("\n").filter((text) => text.trim() !== "").flatMap((text) =>
      indent(`${key}: ${text}`, 7, sheet, sheet.paint.dim)
    )
  );
  return [line, ...(call.error === undefined ? [] : indent(call.error, 7, sheet, colour)), ...said];
}

/** A command's options. */
function beside({ runAs, env, stdin }: CallRecord): string {
  return [
    runAs === undefined ? "" : ` as ${runAs}`,
    env === undefined ? "" : ` with ${env.join(", ")}`,
    stdin === undefined ? "" : ` < ${stdin.bytes} bytes, SHA-256 ${stdin.sha256.slice(0, 12)}…`,
  ].join("");
}

/** The result of a call, in a word or two. */
function resultOf(call: CallRecord, unicode: boolean): string {
  const arrow = unicode ? " → " : " -> ";
  if (typeof call.code === "number") return `${arrow}exit ${call.code}`;
  if (call.code !== undefined) return `${arrow}${visible(call.code, unicode)}`;
  if (call.ms === undefined) return `${arrow}no answer`;
  return "";
}

function branch(last: boolean, unicode: boolean): string {
  return unicode ? (last ? "└─" : "├─") : (last ? "`-" : "|-");
}

/** A text, its bar and its duration. Without a duration only the text. */
function row(
  text: string,
  start: number,
  ms: number | undefined,
  { look, text: width, bar, total }: Sheet,
  colour: (text: string) => string,
): string {
  const left = fit(text, { width, unicode: look.unicode });
  if (ms === undefined) return colour(left);
  const from = Math.min(bar - 1, Math.max(0, Math.floor(start / total * bar)));
  const cells = Math.min(bar - from, Math.max(1, Math.round(ms / total * bar)));
  const [full, little] = look.unicode ? ["█", "▏"] : ["#", "|"];
  const drawn = ms / total * bar < 0.5 ? little : full.repeat(cells);
  const duration = `${ms.toFixed(1)} ms`.padStart(DURATION);
  return `${colour(pad(left, width))} ${pad(" ".repeat(from) + drawn, bar)} ${duration}`;
}

function leftLines(name: string, why: string, { look, paint }: Sheet): string[] {
  const text = visible(`${name}  not run: ${why}`, look.unicode);
  return wrap(text, look.width - 2).map((line, i) =>
    paint.dim(`${i > 0 ? "  " : look.unicode ? "· " : "- "}${line}`)
  );
}

function indent(text: string, by: number, { look }: Sheet, colour: (text: string) => string): string[] {
  const lines = wrap(visible(text, look.unicode), Math.max(16, look.width - by));
  return lines.map((line) => " ".repeat(by) + colour(line));
}

function ending(record: HookRecord, { look, paint }: Sheet): string[] {
  const { verdict, exitCode, reason, notes = [], ms } = record;
  const colour = { success: paint.green, ignore: paint.yellow, abort: paint.red }[verdict];
  const meaning = verdict === "ignore" ? "ignore: a failure that does not stop the operation" : verdict;
  const rows: [string, string, (text: string) => string][] = [
    ...notes.map((note) => ["note", note, paint.yellow] as [string, string, (text: string) => string]),
    [
      "verdict",
      `${meaning}; exit code ${exitCode}, after ${ms.toFixed(1)} ms`,
      (text) => paint.bold(colour(text)),
    ],
    ...(reason === undefined
      ? []
      : [["reason", reason, colour] as [string, string, (text: string) => string]]),
    ["libvirt", consequence(record), (text) => text],
  ];
  return rows.flatMap(([label, text, mark]) =>
    wrap(visible(text, look.unicode), Math.max(16, look.width - 9)).map((line, i) =>
      `${pad(i === 0 ? label : "", 9)}${mark(line)}`
    )
  );
}
