/**
 * Why something ended as it did. The first cause of an ending wins.
 *
 * - `fail`: a handler said `host.fail(reason)`
 * - `error`: a handler threw
 * - `timeout`: its share of the time limit had passed
 * - `resources`: it used up its memory or stack
 * - `broken`: its file, its manifest or the configuration is not usable or not trusted
 * - `internal`: hookvisor itself failed
 */
export type Cause = "fail" | "error" | "timeout" | "resources" | "broken" | "internal";

/** How a handler, or anything that may fail as expected, ended. */
export type Outcome =
  | { ok: true }
  | {
    ok: false;
    cause: Cause;
    /** What happened, one line without a final full stop. */
    message: string;
    /** Where, as `file:line:column`, when it is known. */
    at?: string;
  };

export const SUCCESS: Outcome = { ok: true };
