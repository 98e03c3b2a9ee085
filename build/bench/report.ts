import type { Figures } from "./rounds.ts";
import type { Row } from "./rows.ts";
import { median, medianDifference, medianRatio } from "./statistics.ts";

/** One line of the table, in numbers. Ratios are of wall time unless said otherwise. */
export interface Line {
  id: string;
  label: string;
  wallMs: number;
  cpuMs: number;
  toFloor: number;
  /** The ratio to the rival with as many scripts that read the same domain. */
  toBash?: number;
  toPython?: number;
  cpuToBash?: number;
  cpuToPython?: number;
  peakMiB?: number;
}

/** The goals for the table. */
export interface Target {
  text: string;
  value: number;
  limit: number;
  met: boolean;
}

/** The lines of calls made one at a time. */
export function lines(rows: readonly Row[], figures: Map<string, Figures>): Line[] {
  const floor = figures.get("floor");
  return rows.flatMap((row) => {
    const own = figures.get(row.id);
    if (own === undefined || floor === undefined) return [];
    const rival = (kind: "bash" | "python") => {
      const one = rows.find((other) =>
        other.kind === kind && other.scripts === row.scripts && other.size === row.size
      );
      return row.kind === "hookvisor" && one !== undefined ? figures.get(one.id) : undefined;
    };
    const [bash, python] = [rival("bash"), rival("python")];
    return [{
      id: row.id,
      label: row.label,
      wallMs: median(own.wall),
      cpuMs: median(own.cpu),
      toFloor: medianRatio(own.wall, floor.wall),
      ...(bash && { toBash: medianRatio(own.wall, bash.wall), cpuToBash: medianRatio(own.cpu, bash.cpu) }),
      ...(python && {
        toPython: medianRatio(own.wall, python.wall),
        cpuToPython: medianRatio(own.cpu, python.cpu),
      }),
      ...(own.peakMiB !== undefined && { peakMiB: own.peakMiB }),
    }];
  });
}

/** The domains that handlers read, by their names in a row's id. */
const DOMAINS = { 1: "1.2 KB", 8: "8 KB" };

type Wanted = [text: string, value: number | undefined, limit: number];

/** The goals whose rows were measured. */
export function targets(
  table: readonly Line[],
  burst: readonly Line[],
  figures: Map<string, Figures>,
): Target[] {
  const line = (id: string) => table.find((one) => one.id === id);
  const milliseconds = (id: string, base: string, by = 1) => {
    const [a, b] = [figures.get(id), figures.get(base)];
    return a && b && medianDifference(a.wall, b.wall) / by;
  };
  const [parse, floor] = [figures.get("first-parse"), figures.get("floor")];
  const peaks = table.filter((one) => one.id.startsWith("hookvisor-")).map((one) => one.peakMiB ?? NaN);
  const wanted: Wanted[] = [
    ["1 handler, 1.2 KB, to bash's 1", line("hookvisor-1-1")?.toBash, 1],
    ["1 handler, 8 KB, to bash's 1", line("hookvisor-1-8")?.toBash, 1.15],
    ["5 handlers, 1.2 KB, to bash's 5", line("hookvisor-5-1")?.toBash, 0.5],
    ["20 handlers, 1.2 KB, to bash's 20", line("hookvisor-20-1")?.toBash, 0.35],
    ["20 handlers, 8 KB, to bash's 20", line("hookvisor-20-8")?.toBash, 1],
    ["no handlers, to true", ratio(figures, "none", "true"), 4],
    ["burst of 50, CPU to bash's", burst.find((one) => one.id === "hookvisor-1-1")?.cpuToBash, 1],
    ["1 handler, 1.2 KB, started plainly, to Python's 1", line("plain-hookvisor-1-1")?.toPython, 1.3],
    ["a call after an edit of one of 20, to the usual", ratio(figures, "edited", "hookvisor-20-1"), 2],
    ["hookvisor check, to python3 -c pass", ratio(figures, "check", "python-pass"), 1.5],
    ["hookvisor history, to python3 -c pass", ratio(figures, "history", "python-pass"), 1.5],
    ["virsh start, to bash's", ratio(figures, "start-hookvisor", "start-bash"), 1],
    ["virsh destroy, to bash's", ratio(figures, "destroy-hookvisor", "destroy-bash"), 1],
    ["guests started at once, to bash's", ratio(figures, "storm-hookvisor", "storm-bash"), 1],
    ["guests started at once, CPU to bash's", ratio(figures, "storm-hookvisor", "storm-bash", "cpu"), 1],
    ["no handlers, to the floor", line("none")?.toFloor, 1.15],
    ["none matches, to the floor", line("no-match")?.toFloor, 1.15],
    ...Object.entries(DOMAINS).flatMap(([id, size]): Wanted[] => [
      [`1 handler, ${size}, to Python's 1`, line(`hookvisor-1-${id}`)?.toPython, 0.65],
      [`5 handlers, ${size}, to Python's 5`, line(`hookvisor-5-${id}`)?.toPython, 0.25],
      [`20 handlers, ${size}, to Python's 20`, line(`hookvisor-20-${id}`)?.toPython, 0.1],
      [
        `every further handler, ${size}, ms`,
        milliseconds(`hookvisor-20-${id}`, `hookvisor-1-${id}`, 19),
        1.5,
      ],
    ]),
    ["exec adds, ms", milliseconds("exec", "nothing"), 3],
    ["first parse of 8 KB, in floors", added(parse, floor, floor), 0.4],
    ["burst of 50, CPU to Python's", burst.find((one) => one.id === "hookvisor-1-1")?.cpuToPython, 0.5],
    ["peak memory, to the floor's", Math.max(...peaks) / (line("floor")?.peakMiB ?? NaN), 1.6],
  ];
  return wanted.flatMap(([text, value, limit]) =>
    value === undefined || Number.isNaN(value) ? [] : [{ text, value, limit, met: value <= limit }]
  );
}

function ratio(
  figures: Map<string, Figures>,
  id: string,
  base: string,
  of: "wall" | "cpu" = "wall",
): number | undefined {
  const [row, other] = [figures.get(id), figures.get(base)];
  return row && other && medianRatio(row[of], other[of]);
}

function added(row?: Figures, base?: Figures, unit?: Figures): number | undefined {
  if (!row || !base || !unit) return undefined;
  return median(row.wall.map((value, i) => (value - base.wall[i]!) / unit.wall[i]!));
}

const COLUMNS = ["wall ms", "CPU ms", "/ floor", "/ bash", "/ python", "CPU/bash", "CPU/python", "peak MiB"];

/** The lines as a table in Markdown. */
export function asTable(title: string, table: readonly Line[]): string {
  const rows = table.map((one) => [
    one.label,
    one.wallMs.toFixed(1),
    one.cpuMs.toFixed(1),
    ...[one.toFloor, one.toBash, one.toPython, one.cpuToBash, one.cpuToPython].map((ratio) =>
      ratio?.toFixed(2) ?? ""
    ),
    one.peakMiB?.toFixed(0) ?? "",
  ]);
  return markdown([title, ...COLUMNS], rows);
}

export function asTargets(found: readonly Target[]): string {
  const rows = found.map(({ text, value, limit, met }) => [
    text,
    `<= ${limit}`,
    value.toFixed(3),
    met ? "met" : "missed",
  ]);
  return markdown(["target", "limit", "measured", "verdict"], rows);
}

/** Every column as wide as its widest cell; numbers to the right. */
export function markdown(head: string[], rows: string[][]): string {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]) =>
    `| ${
      cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join(" | ")
    } |`;
  const rule = `| ${
    widths.map((width, i) => i === 0 ? "-".repeat(width) : "-".repeat(width - 1) + ":").join(" | ")
  } |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
