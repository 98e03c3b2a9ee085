import type { HookRecord } from "./record.ts";

/** Upper bounds of the buckets of durations, in seconds: from an empty call to the longest default deadline. */
const BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Durations {
  /** By bucket, not cumulative. */
  counts: number[];
  sum: number;
  count: number;
}

/** Counts the records' contents one by one, in little memory however many records exist. */
export class RecordCounts {
  readonly calls = new Map<string, number>();
  readonly failures = new Map<string, number>();
  /** Events for which no handler ran, by what became of them. */
  readonly folded = new Map<string, number>();
  readonly dropped = new Map<string, number>();
  readonly durations = new Map<string, Durations>();
  /** Seconds since the epoch. */
  readonly lastCall = new Map<string, number>();
  readonly lastFailure = new Map<string, number>();

  add(record: HookRecord): void {
    const { driver, operation, verdict, ms, time, handlers, event } = record;
    const what = labels({ driver, operation });
    add(this.folded, what, countOf(event?.folded));
    add(this.dropped, what, countOf(event?.dropped));
    // hookvisor watch's reports about itself are not calls.
    if (event !== undefined && handlers.length === 0) return;
    add(this.calls, labels({ driver, operation, verdict }));
    const seconds = Date.parse(time) / 1000;
    this.lastCall.set(what, Math.max(seconds, this.lastCall.get(what) ?? 0));
    if (verdict !== "success") this.lastFailure.set(what, Math.max(seconds, this.lastFailure.get(what) ?? 0));
    for (const { name, outcome } of handlers) {
      if (outcome !== "success") add(this.failures, labels({ handler: name, cause: outcome }));
    }
    this.#addDuration(what, ms / 1000);
  }

  #addDuration(what: string, seconds: number): void {
    const durations = this.durations.get(what) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) durations.counts[bucket]!++;
    durations.sum += seconds;
    durations.count++;
    this.durations.set(what, durations);
  }
}

/** Values that are not in the records. */
export interface OtherFacts {
  version: string;
  usable: number;
  broken: number;
  logBytes: number;
}

/**
 * Prometheus's text format, for node_exporter's textfile collector.
 *
 * Counts restart when the oldest records are dropped, which Prometheus takes
 * for a restart: `rate` and `increase` stay correct.
 */
export function metricsText(counts: RecordCounts, { version, usable, broken, logBytes }: OtherFacts): string {
  return [
    ...family("hookvisor_build_info", "gauge", "The version of hookvisor; always 1.", [[
      labels({ version }),
      1,
    ]]),
    ...family("hookvisor_handlers", "gauge", "Handlers, by whether they can be used.", [
      [labels({ state: "usable" }), usable],
      [labels({ state: "broken" }), broken],
    ]),
    ...family(
      "hookvisor_calls_total",
      "counter",
      "Hook calls in the records, by verdict.",
      sorted(counts.calls),
    ),
    ...family(
      "hookvisor_handler_failures_total",
      "counter",
      "Failures of handlers in the records, by cause.",
      sorted(counts.failures),
    ),
    ...family(
      "hookvisor_events_folded_total",
      "counter",
      "Events that said the same as the one before them, for which no handler ran.",
      sorted(counts.folded),
    ),
    ...family(
      "hookvisor_events_dropped_total",
      "counter",
      "Events that were dropped because too many were waiting.",
      sorted(counts.dropped),
    ),
    ...histogram("hookvisor_call_duration_seconds", "How long hook calls took.", counts.durations),
    ...family(
      "hookvisor_last_call_timestamp_seconds",
      "gauge",
      "When the last hook call of an operation ended.",
      sorted(counts.lastCall),
    ),
    ...family(
      "hookvisor_last_failure_timestamp_seconds",
      "gauge",
      "When a hook call of an operation last ended with a failure.",
      sorted(counts.lastFailure),
    ),
    ...family("hookvisor_records_bytes", "gauge", "Size of all records.", [["", logBytes]]),
  ].map((line) => `${line}\n`).join("");
}

/** Nothing at all without a sample: a metric family must not be empty. */
function family(
  name: string,
  type: "counter" | "gauge",
  help: string,
  samples: readonly (readonly [labels: string, value: number])[],
): string[] {
  if (samples.length === 0) return [];
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}${labels === "" ? "" : `{${labels}}`} ${number(value)}`),
  ];
}

function histogram(name: string, help: string, all: ReadonlyMap<string, Durations>): string[] {
  if (all.size === 0) return [];
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const [labels, { counts, sum, count }] of [...all].sort(byLabels)) {
    let total = 0;
    BUCKETS.forEach((bound, i) => {
      total += counts[i]!;
      lines.push(`${name}_bucket{${labels},le="${bound}"} ${total}`);
    });
    lines.push(`${name}_bucket{${labels},le="+Inf"} ${count}`);
    lines.push(`${name}_sum{${labels}} ${number(sum)}`, `${name}_count{${labels}} ${count}`);
  }
  return lines;
}

function labels(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${escape(value)}"`).join(",");
}

function escape(value: string): string {
  return value.replace(/[\\"\n]/g, (c) => c === "\n" ? "\\n" : `\\${c}`);
}

/** Whole numbers unchanged, others to the microsecond. */
function number(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Math.round(value * 1e6) / 1e6);
}

function add(counts: Map<string, number>, key: string, more = 1): void {
  if (more > 0) counts.set(key, (counts.get(key) ?? 0) + more);
}

function countOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function sorted(values: ReadonlyMap<string, number>): [string, number][] {
  return [...values].sort(byLabels);
}

function byLabels([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
