/**
 * One absolute point in time by which a piece of work must end.
 *
 * A hook call makes one when it starts and hands it down; a handler gets a
 * sooner one cut from it. Nothing ever moves a deadline back; giving back what
 * a guest held may have a later one of its own (undo/play_back.ts).
 */
export class Deadline {
  /** Milliseconds on the clock of `performance.now()`. */
  readonly at: number;
  /** How long the work had when its deadline was made, in milliseconds: for messages. */
  readonly limitMs: number;

  private constructor(at: number, limitMs: number) {
    this.at = at;
    this.limitMs = limitMs;
  }

  /** A deadline `ms` milliseconds after `from`, by default after now. */
  static in(ms: number, from: number = performance.now()): Deadline {
    return new Deadline(from + ms, ms);
  }

  /** The sooner of this deadline and `ms` milliseconds from now. */
  sooner(ms: number): Deadline {
    const at = performance.now() + ms;
    return at < this.at ? new Deadline(at, ms) : this;
  }

  /** The later of this deadline and `ms` milliseconds from now: for work that was promised time of its own. */
  later(ms: number): Deadline {
    const at = performance.now() + ms;
    return at > this.at ? new Deadline(at, ms) : this;
  }

  /** This deadline, moved `ms` milliseconds towards now: room to clean up in. */
  before(ms: number): Deadline {
    return new Deadline(this.at - ms, this.limitMs);
  }

  /** Milliseconds left, never below 0. */
  get remaining(): number {
    return Math.max(0, this.at - performance.now());
  }

  get passed(): boolean {
    return performance.now() >= this.at;
  }
}
