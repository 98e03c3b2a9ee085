import { type Cost, run, runAtOnce } from "./measure.ts";
import { peakMemory } from "./peak_memory.ts";
import type { Row } from "./rows.ts";
import { shuffled } from "./shuffled.ts";
import { median } from "./statistics.ts";

/** The measurements of one row: a value for each round. */
export interface Figures {
  wall: number[];
  cpu: number[];
  peakMiB?: number;
}

/** Not counted: they fill the kernel's caches and our own. */
const WARM_UP = 2;
const MEMORY_RUNS = 3;

/**
 * Runs every row once in each round, in a different order each time, so that the machine's other work affects
 * all rows alike. `atOnce` calls are started together.
 *
 * A row whose command fails is left out from then on; `skipped` is called.
 */
export function measureRounds(
  rows: readonly Row[],
  rounds: number,
  atOnce: number,
  skipped: (row: Row, why: string) => void,
): Map<string, Figures> {
  const figures = new Map(rows.map((row) => [row.id, { wall: [], cpu: [] } as Figures]));
  const failed = new Set<string>();
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const row of shuffled(rows)) {
      if (failed.has(row.id)) continue;
      try {
        const cost = inPlace(row, () => atOnce > 1 ? runAtOnce(row.command, atOnce) : run(row.command));
        if (round >= 0) add(figures.get(row.id)!, cost);
      } catch (error) {
        failed.add(row.id);
        figures.delete(row.id);
        skipped(row, error instanceof Error ? error.message : String(error));
      }
    }
  }
  return figures;
}

/** Adds the peak memory of the rows that were measured. */
export function measureMemory(rows: readonly Row[], figures: Map<string, Figures>): void {
  for (const row of rows) {
    const own = figures.get(row.id);
    if (own === undefined) continue;
    const peaks = Array.from({ length: MEMORY_RUNS }, () => inPlace(row, () => peakMemory(row.command)));
    own.peakMiB = median(peaks);
  }
}

function inPlace<T>(row: Row, body: () => T): T {
  const leave = row.enter();
  try {
    const result = body();
    row.reset?.();
    return result;
  } finally {
    leave();
  }
}

function add(figures: Figures, { wall, cpu }: Cost): void {
  figures.wall.push(wall);
  figures.cpu.push(cpu);
}
