import type { CallRecord } from "../base/call_record.ts";

/** The most read-only calls, log lines included, that are kept of one handler. */
const MOST_LOOKS = 500;
/** Calls that change something or run a command: log lines, however many, cannot displace them. */
const MOST_ACTS = 1_000;
/** Refusals of calls for which no room was left. */
const MOST_REFUSALS = 200;
/** How many characters of all acts together are kept whole; beyond that each is truncated. */
const MOST_TEXT = 512 * 1024;
const SHORT = 300;

/** The calls of one handler that the record keeps, in the order in which they were made. */
export class CallRecords {
  readonly kept: CallRecord[] = [];
  /** How many more there were. */
  more = 0;
  #looks = 0;
  #acts = 0;
  #refusals = 0;
  #text = 0;

  /** Keeps a call if its kind has room left; returns whether it did. `acts`: it may change something. */
  add(record: CallRecord, acts: boolean): boolean {
    if (acts ? this.#acts >= MOST_ACTS : this.#looks >= MOST_LOOKS) {
      this.more++;
      return false;
    }
    if (acts) {
      this.#acts++;
      this.#text += record.what.length;
      if (this.#text > MOST_TEXT && record.what.length > SHORT) {
        record.what = `${record.what.slice(0, SHORT)}… (+${record.what.length - SHORT} characters)`;
      }
    } else this.#looks++;
    this.kept.push(record);
    return true;
  }

  /** Keeps a call for which no room was left, because it was refused. */
  addRefusal(record: CallRecord): void {
    if (this.#refusals >= MOST_REFUSALS) return;
    this.#refusals++;
    this.more--;
    this.kept.push(record);
  }
}
