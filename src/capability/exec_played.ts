import { type Capability, value } from "./capability.ts";
import { shortText } from "./call_words.ts";

/**
 * The prelude's word that a handler looks at what a command says that a dry run
 * did not run: from here on the dry run may go another way than the handler will.
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
