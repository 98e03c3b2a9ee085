import { GUESTS, HOOKS, type Hooks } from "./guest_host.ts";
import { markdown } from "./report.ts";
import type { Figures } from "./rounds.ts";
import { median, medianDifference, medianRatio } from "./statistics.ts";

/** One line of the guests' table. What hooks add is the median of the differences to no hook in the same round. */
export interface GuestLine {
  id: string;
  label: string;
  wallMs: number;
  cpuMs: number;
  addsMs?: number;
  addsCpuMs?: number;
  toNone?: number;
}

const WHAT = {
  start: "virsh start",
  destroy: "virsh destroy",
  storm: `${GUESTS} guests started at once`,
};
const WITH: Record<Hooks, string> = {
  none: "no hook",
  bash: "dispatcher, 1 in bash",
  hookvisor: "hookvisor, 1 handler",
};

export function guestLines(figures: Map<string, Figures>): GuestLine[] {
  return Object.entries(WHAT).flatMap(([what, label]) =>
    HOOKS.flatMap((hooks) => {
      const [own, none] = [figures.get(`${what}-${hooks}`), figures.get(`${what}-none`)];
      if (own === undefined || none === undefined) return [];
      return [{
        id: `${what}-${hooks}`,
        label: `${label}, ${WITH[hooks]}`,
        wallMs: median(own.wall),
        cpuMs: median(own.cpu),
        ...(hooks !== "none" && {
          addsMs: medianDifference(own.wall, none.wall),
          addsCpuMs: medianDifference(own.cpu, none.cpu),
          toNone: medianRatio(own.wall, none.wall),
        }),
      }];
    })
  );
}

export function asGuestTable(table: readonly GuestLine[]): string {
  const rows = table.map((one) => [
    one.label,
    one.wallMs.toFixed(0),
    one.cpuMs.toFixed(0),
    one.addsMs?.toFixed(1) ?? "",
    one.addsCpuMs?.toFixed(1) ?? "",
    one.toNone?.toFixed(2) ?? "",
  ]);
  return markdown(
    ["guests of a real libvirtd", "wall ms", "CPU ms", "adds ms", "adds CPU ms", "/ no hook"],
    rows,
  );
}
