import { type Capability, value } from "./capability.ts";
import { shortText } from "./call_words.ts";
import { ownCopy } from "../base/own_copy.ts";

/** Characters of a line's fields, as JSON, that the record keeps. */
const LONGEST_FIELDS = 2000;

/**
 * `host.log.<level>(message, fields)`, as the bridge has it: `log(level, message, fields)`. The record keeps
 * a line as it keeps every call.
 */
export const log: Capability = {
  name: "log",
  looksOnly: true,
  isSync: true,
  isInternal: true,
  record: ([level, message, fields]) => ({
    level: ownCopy(String(level).slice(0, 10)),
    what: shortText(message),
    ...(fields === undefined || fields === null
      ? {}
      : { fields: JSON.stringify(fields).length > LONGEST_FIELDS ? "…" : fields }),
  }),
  run: () => value(null),
};
