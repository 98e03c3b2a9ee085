import type { Finding, Patient } from "./finding.ts";
import { WATCH_REMEDY, watchNeed } from "../watch_needed.ts";

/** Whether events reach the handlers that match them. */
export function watch({ setup, directories }: Patient): Finding[] {
  const check = "watch";
  const { named, byGlob, isWatching } = watchNeed(setup.handlers, directories.state);
  if (isWatching) return [{ check, level: "ok", seen: "hookvisor watch is running: handlers get events" }];
  if (named.length > 0) {
    const are = named.length === 1 ? "is" : "are";
    const seen = `${
      named.join(", ")
    } ${are} for events, and hookvisor watch does not run: no event reaches a handler`;
    return [{ check, level: "warn", seen, remedy: WATCH_REMEDY }];
  }
  if (byGlob.length === 0) return [{ check, level: "ok", seen: "no handler names an event" }];
  return [{
    check,
    level: "note",
    seen: `hookvisor watch is not running; ${byGlob.join(", ")} would also get events, because of a * in on`,
  }];
}
