import type { Bench } from "../bench.ts";
import { type CallLog, matches, summarise } from "../calls.ts";
import type { Rig } from "../rig.ts";

/** What each rig's hooks are to see, by the rig's name, in the form of `summarise`; `daemon -` is each of its daemons. */
export type Expected = Record<string, string[]>;

/** Plays steps on one or two rigs and compares the hook calls each causes with the expected ones, exactly. */
export class Steps {
  private readonly done = new Map<Rig, number>();

  constructor(private readonly bench: Bench, private readonly rigs: Rig[]) {}

  /** One check: does `act`, waits for the expected calls, and for a moment more for any that are too many. */
  step(name: string, act: () => Promise<unknown>, expected: Expected): Promise<void> {
    return this.bench.check(name, async () => {
      try {
        await act();
        for (const rig of this.rigs) await this.compare(rig, expected[rig.name] ?? []);
      } finally {
        for (const rig of this.rigs) this.done.set(rig, (await rig.calls()).length);
      }
    });
  }

  private async compare(rig: Rig, expectedOfAny: string[]): Promise<void> {
    const expected = expectedOfAny.flatMap((line) =>
      line.startsWith("daemon -:") ? rig.daemons.map((daemon) => line.replace("-", daemon)) : [line]
    );
    const seen = async () => summarise((await rig.calls()).slice(this.done.get(rig) ?? 0));
    const end = performance.now() + 5000;
    while (!matches(await seen(), expected) && performance.now() < end) await pause(50);
    await pause(250);
    const finally_ = await seen();
    if (matches(finally_, expected)) return;
    throw new Error(`${rig.name}: expected\n  ${expected.join("\n  ")}\nand saw\n  ${finally_.join("\n  ")}`);
  }

  /** Every `driver/operation` seen on all rigs, with its number of calls, in order of the alphabet. */
  async operations(): Promise<Map<string, number>> {
    const calls: CallLog = (await Promise.all(this.rigs.map((rig) => rig.calls()))).flat();
    const counts = new Map<string, number>();
    for (const { driver, operation } of calls) {
      const key = `${driver}/${operation}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return new Map([...counts].sort(([a], [b]) => a < b ? -1 : 1));
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
