import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { HistoryTable } from "./history_table.ts";
import { look } from "./look.ts";
import { renderTimeline } from "./timeline.ts";
import {
  eventsFile,
  findRecord,
  matcher,
  newestOf,
  newestRecords,
  oldestOf,
  openRecords,
  type Wanted,
} from "../records/history.ts";
import type { HookRecord } from "../records/record.ts";
import { parseDuration } from "../manifest/duration.ts";
import { currentName } from "../protocol/operations.ts";
import type { LineLog } from "../system/log_lines.ts";
import { print } from "../system/self.ts";

const USUAL = 50;
/** More rows than this are printed as they are read, in columns of the usual widths. */
const MOST_HELD = 10_000;
/** How many characters are written at once. */
const AT_ONCE = 64 * 1024;

/** `hookvisor history`. */
export async function run(invocation: Invocation): Promise<number> {
  const [word, id] = invocation.words;
  if (word !== undefined) return show(invocation, word, id);
  const { log } = invocation.directories;
  const wanted = wantedOf(invocation);
  const count = countOf(invocation);
  const sink = new Sink(invocation);
  using lines = openRecords(log);
  if (count > MOST_HELD) {
    sink.begin([]);
    for (const record of skipped(lines, wanted, count)) if (!sink.take(record)) return 0;
    sink.flush();
  } else {
    const records = [...newestOf(lines, wanted).take(count)].reverse();
    if (records.length === 0 && !flag(invocation, "follow")) {
      print(2, `no such call in ${eventsFile(log)}\n`);
      return 0;
    }
    sink.begin(records);
    for (const record of records) if (!sink.take(record)) return 0;
    sink.flush();
  }
  if (!flag(invocation, "follow")) return 0;
  const matches = matcher(wanted);
  await lines.follow((line) => {
    const record = matches(line);
    return record === undefined || (sink.take(record) && sink.flush());
  });
  return 0;
}

/** Writes rows, or with --json lines. */
class Sink {
  readonly #json: boolean;
  #table: HistoryTable | undefined;
  #waiting = "";

  constructor(invocation: Invocation) {
    this.#json = flag(invocation, "json");
  }

  begin(records: readonly HookRecord[]): void {
    if (this.#json) return;
    this.#table = new HistoryTable(look(), records);
    print(1, this.#table.heading());
  }

  /** False when the reader is gone. */
  take(record: HookRecord): boolean {
    this.#waiting += this.#table === undefined ? `${jsonText(record)}\n` : this.#table.row(record);
    return this.#waiting.length < AT_ONCE || this.flush();
  }

  /** Prints the buffered text; false when the reader is gone. */
  flush(): boolean {
    const text = this.#waiting;
    this.#waiting = "";
    return print(1, text);
  }
}

/** The last `count` of the selected records, without holding them: it skips the first ones. */
function* skipped(lines: LineLog, wanted: Wanted, count: number): Generator<HookRecord> {
  if (count === Infinity) return yield* oldestOf(lines, wanted);
  let total = 0;
  for (const _ of newestOf(lines, wanted)) if (++total === count) break;
  let skip = 0;
  for (const _ of oldestOf(lines, wanted)) skip++;
  skip -= total;
  for (const record of oldestOf(lines, wanted)) if (skip-- <= 0) yield record;
}

function show(invocation: Invocation, word: string, id: string | undefined): number {
  if (word !== "show") {
    throw new CommandError(`${JSON.stringify(word)}: only "show ID" can follow history`, 2);
  }
  if (id === undefined) throw new CommandError("show needs the ID of a call, or last", 2);
  const { log } = invocation.directories;
  const record = id === "last" ? newestRecords(log, wantedOf(invocation)).next().value : findRecord(log, id);
  if (record === undefined) throw new CommandError(`no call ${JSON.stringify(id)} in ${eventsFile(log)}`);
  print(1, flag(invocation, "json") ? `${jsonText(record)}\n` : renderTimeline(record, look()));
  return 0;
}

function wantedOf(invocation: Invocation): Wanted {
  const guest = option(invocation, "guest") ?? option(invocation, "network");
  const driver = option(invocation, "driver");
  const operation = option(invocation, "operation");
  const handler = option(invocation, "handler");
  const since = option(invocation, "since");
  const [first, second] = operation?.split("/") ?? [];
  const name = second ?? first;
  const of = second === undefined ? driver : first;
  return {
    ...(guest === undefined ? {} : { object: guest }),
    ...(of === undefined ? {} : { driver: of }),
    // Records hold today's names, even if an older libvirt used others.
    ...(name === undefined ? {} : { operation: currentName(of ?? "network", name) }),
    ...(handler === undefined ? {} : { handler: handler.replace(/\.js$/, "") }),
    ...(flag(invocation, "failed") ? { failed: true } : {}),
    ...(since === undefined ? {} : { since: sinceOf(since) }),
  };
}

/** `2h` ago, or a date and time. */
function sinceOf(text: string): number {
  const days = /^(\d{1,5})d$/.exec(text);
  if (days) return Date.now() - Number(days[1]) * 86_400_000;
  const duration = parseDuration(text, Infinity);
  if ("ms" in duration) return Date.now() - duration.ms;
  const date = /^\d{4}-\d\d-\d\d/.test(text)
    ? Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(" ", "T"))
    : NaN;
  if (!Number.isNaN(date)) return date;
  throw new CommandError(
    `--since: ${JSON.stringify(text)} is neither a time such as 2h, 30m or 7d nor a date such as 2026-11-23`,
    2,
  );
}

function countOf(invocation: Invocation): number {
  const given = option(invocation, "number");
  if (given === undefined) return USUAL;
  if (given === "all") return Infinity;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new CommandError(`--number: ${JSON.stringify(given)} is neither a number from 1 on nor all`, 2);
}
