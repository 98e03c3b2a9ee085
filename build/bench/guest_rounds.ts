import { GuestHost, HOOKS } from "./guest_host.ts";
import type { Cost } from "./measure.ts";
import type { Figures } from "./rounds.ts";
import { shuffled } from "./shuffled.ts";

/** Fifty starts take as long as all else in ten rounds. */
const RUNS_PER_STORM = 10;

/**
 * Starts and ends guests, one at a time and then all at once, on three hosts that differ in their hooks.
 *
 * The ids are `start-`, `destroy-` and `storm-` with the kind of hooks.
 */
export async function measureGuests(program: string, rounds: number): Promise<Map<string, Figures>> {
  const figures = new Map<string, Figures>();
  const add = (id: string, { wall, cpu }: Cost) => {
    const own = figures.get(id) ?? { wall: [], cpu: [] };
    own.wall.push(wall);
    own.cpu.push(cpu);
    figures.set(id, own);
  };
  const hosts: [string, GuestHost][] = [];
  try {
    for (const hooks of HOOKS) {
      const host = await GuestHost.make(hooks, program);
      hosts.push([hooks, host]);
      // Not counted: they fill the caches.
      await host.one("start");
      await host.one("destroy");
      if (hooks === "hookvisor") await host.checkHandlers();
    }
    for (let round = 0; round < rounds; round++) {
      for (const [hooks, host] of shuffled(hosts)) {
        add(`start-${hooks}`, await host.one("start"));
        add(`destroy-${hooks}`, await host.one("destroy"));
      }
    }
    for (let round = 0; round < rounds / RUNS_PER_STORM; round++) {
      for (const [hooks, host] of shuffled(hosts)) {
        add(`storm-${hooks}`, await host.all("start"));
        await host.all("destroy");
      }
    }
    return figures;
  } finally {
    for (const [, host] of hosts) await host.end();
  }
}
