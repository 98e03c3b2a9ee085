import assert from "node:assert/strict";
import type { Rig } from "../rig.ts";
import { fewOf } from "../starts.ts";
import { type Event, readEvents } from "./events.ts";

/** A rig's records, a part at a time, and a count of those that should be of restored calls. */
export class RestoredCalls {
  #seen = 0;
  readonly #counted: Event[] = [];

  constructor(private readonly rig: Rig) {}

  /** The records since the last look, however those calls started. */
  async next(): Promise<Event[]> {
    const all = await readEvents(this.rig);
    const news = all.slice(this.#seen);
    this.#seen = all.length;
    return news;
  }

  /** The same, of calls that should have been restored. */
  async count(): Promise<Event[]> {
    const news = await this.next();
    this.#counted.push(...news);
    return news;
  }

  /** Few of the counted calls started plainly, and none of an operation's always. */
  check(): void {
    const plain = this.#counted.filter(({ restored }) => !restored);
    assert.ok(plain.length <= fewOf(this.#counted.length), `${plain.length} of ${this.summary()}`);
    for (const [operation, events] of Map.groupBy(this.#counted, (e) => `${e.driver}/${e.operation}`)) {
      assert.ok(events.length < 2 || events.some((e) => e.restored), `${operation} was never restored`);
    }
  }

  summary(): string {
    const plain = this.#counted.filter(({ restored }) => !restored).map((e) => `${e.driver}/${e.operation}`);
    return `${this.#counted.length} calls started plainly: ${plain.join(" ") || "none"}`;
  }
}

/** The middle one of the calls' times, from inside their processes. */
export function usualMs(events: Event[]): number {
  return events.map(({ ms }) => ms).sort((a, b) => a - b)[events.length >> 1]!;
}

/** What does not tell one call from another that does the same. */
const OWN = new Set(["time", "id", "ms", "at", "start", "restored"]);

/** Records without what every call has of its own: those of two calls that do the same are equal. */
export function deeds(events: Event[]): unknown {
  return JSON.parse(JSON.stringify(events, (key, value) => OWN.has(key) ? undefined : value));
}
