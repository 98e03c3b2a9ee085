import type { CallRecord } from "../base/call_record.ts";

/** Calls that only look, log lines among them, which are kept of one handler. */
const MOST_LOOKS = 500;
/** Calls that change something or run a command: no number of log lines may crowd them out. */
const MOST_ACTS = 1_000;
/** Refusals of calls that were not kept for themselves. */
const MOST_REFUSALS = 200;
/** Characters of all acts together that are kept whole; then each is cut. */
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

  /** Keeps a call, if there is room for one of its kind; says whether it did. `acts`: it may change something. */
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

  /** Keeps a call after all that there was no room for: it was refused. */
  addRefusal(record: CallRecord): void {
    if (this.#refusals >= MOST_REFUSALS) return;
    this.#refusals++;
    this.more--;
    this.kept.push(record);
  }
}
