import type { RemoteDomain } from "../protocol/rpc/calls.ts";
import type { EventFields } from "../protocol/rpc/events.ts";

/** One event that handlers match. */
export interface WatchedEvent {
  /** libvirt's driver: `qemu`, `lxc`, `libxl`. */
  driver: string;
  operation: string;
  domain: RemoteDomain;
  fields: EventFields;
  /** It happened while the daemon or the connection was gone: found by comparing, not reported by libvirt. */
  missed?: true;
}

/** A queued event, with its duplicates that came while it waited. */
export interface QueuedEvent extends WatchedEvent {
  folded: number;
}

/** Events of one guest and operation for which no handler ran, since the last report. */
export interface Uncounted {
  driver: string;
  operation: string;
  domain: RemoteDomain;
  /** Doubles of an event that ran. */
  folded: number;
  /** Events that had no room. */
  dropped: number;
}

/** What bounds a queue. */
export interface QueueLimits {
  /** The most guests whose events are handled at one time. */
  running: number;
  /** The most waiting events of one guest. */
  perGuest: number;
  /** The most waiting events in total. */
  all: number;
  /** For this long, an event equal to the same guest's previous one is a double, in milliseconds. */
  foldMs: number;
}

/** The events of one guest. */
interface Lane {
  waiting: QueuedEvent[];
  running: boolean;
  /** The last event that was taken in while none waited: what and when. */
  last?: { key: string; at: number };
  uncounted: Map<string, Uncounted>;
}

/**
 * Waiting events: handled in order for each guest, and for several guests in parallel up to a limit.
 *
 * A double, which repeats the guest's previous event, is folded into that one: libvirt reports one `virsh
 * reset` as two or three reboots. When the queue is full the newest events are dropped. Both are counted.
 */
export class EventQueue {
  readonly #limits: QueueLimits;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes with an event and nothing running, in the order they got it. */
  readonly #ready = new Set<Lane>();
  #waiting = 0;
  #running = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Takes an event in, folds it or drops it. `now` is in milliseconds on any steady clock. */
  add(event: WatchedEvent, now: number): "queued" | "folded" | "dropped" {
    const lane = this.#laneOf(event);
    const key = `${event.operation} ${JSON.stringify(event.fields)}`;
    const tail = lane.waiting.at(-1);
    if (tail !== undefined && lane.last?.key === key) {
      tail.folded++;
      return "folded";
    }
    if (tail === undefined && lane.last?.key === key && now - lane.last.at < this.#limits.foldMs) {
      this.#uncounted(lane, event).folded++;
      return "folded";
    }
    if (lane.waiting.length >= this.#limits.perGuest || this.#waiting >= this.#limits.all) {
      this.#uncounted(lane, event).dropped++;
      // The next event is not a double of those before this one.
      delete lane.last;
      return "dropped";
    }
    lane.waiting.push({ ...event, folded: 0 });
    lane.last = { key, at: now };
    this.#waiting++;
    if (!lane.running) this.#ready.add(lane);
    return "queued";
  }

  /** Counts an event as a double of a more specific one. */
  fold(event: WatchedEvent): void {
    this.#uncounted(this.#laneOf(event), event).folded++;
  }

  /** The next event to be handled; undefined while none waits or as many run as may. Its guest has no other until `done`. */
  take(): QueuedEvent | undefined {
    if (this.#running >= this.#limits.running) return undefined;
    for (const lane of this.#ready) {
      this.#ready.delete(lane);
      lane.running = true;
      this.#running++;
      this.#waiting--;
      return lane.waiting.shift();
    }
    return undefined;
  }

  /** The handlers of an event that was taken have ended. */
  done(event: WatchedEvent): void {
    const lane = this.#laneOf(event);
    lane.running = false;
    this.#running--;
    if (lane.waiting.length > 0) this.#ready.add(lane);
  }

  /** What was folded and dropped since the last time; forgets guests without any state. */
  settle(now: number): Uncounted[] {
    const told: Uncounted[] = [];
    for (const [key, lane] of this.#lanes) {
      told.push(...lane.uncounted.values());
      lane.uncounted.clear();
      const isRecent = lane.last !== undefined && now - lane.last.at < this.#limits.foldMs;
      if (!isRecent && !lane.running && lane.waiting.length === 0) this.#lanes.delete(key);
    }
    return told;
  }

  /** Whether `settle` has anything to do, now or later. */
  get isSettled(): boolean {
    return this.#lanes.size === 0;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get running(): number {
    return this.#running;
  }

  #laneOf({ driver, domain }: WatchedEvent): Lane {
    const key = `${driver} ${domain.uuid}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { waiting: [], running: false, uncounted: new Map() };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #uncounted(lane: Lane, { driver, operation, domain }: WatchedEvent): Uncounted {
    let uncounted = lane.uncounted.get(operation);
    if (uncounted === undefined) {
      uncounted = { driver, operation, domain, folded: 0, dropped: 0 };
      lane.uncounted.set(operation, uncounted);
    }
    return uncounted;
  }
}
