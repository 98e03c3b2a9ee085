import { type Capability, value } from "./capability.ts";
import { shortText } from "./call_words.ts";

/**
 * The prelude reports that a handler reads the output of a command that the dry
 * run did not run: from here on the dry run may take another path than the real
 * handler.
 */
export const execPlayed: Capability = {
  name: "exec.played",
  within: "exec",
  isSync: true,
  isInternal: true,
  isUnrecorded: true,
  run: () => value(null),
  dryRun([command], _, tell) {
    tell(`(what follows depends on what ${shortText(command)} says, a command that was not run)`);
    return value(null);
  },
};
