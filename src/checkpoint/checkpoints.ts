import type { Reply } from "../protocol/reply.ts";
import type { Config } from "../site/config.ts";
import type { Directories } from "../site/directories.ts";

/** A hook call as main.ts makes one: with the modules that the restored processes will use. */
export type HookCall = (
  driver: string,
  args: readonly string[],
  directories: Directories,
  options: { give(reply: Reply): void },
) => Promise<Reply>;

/**
 * All that the rest of the program asks of checkpoints. There are two of it: enabled.ts, and disabled.ts, which
 * `make CHECKPOINT=no` builds in its place.
 */
export interface Checkpoints {
  /** Why this program can neither take a checkpoint nor start from one, or undefined. */
  impossible(): string | undefined;
  /**
   * In a process that was started to become a checkpoint: rehearses, stops, and returns in every process restored
   * from it, with that one's command line, and with `end`, which ends it. Undefined in any other process.
   */
  become(words: string[], hookCall: HookCall): Promise<Restored | undefined>;
  /**
   * In a process that only says how it started, the word it says. A restored process that is neither that nor a hook
   * call starts again, plainly: then this does not return.
   */
  probe(args: string[], hookCall: HookCall): Promise<string | undefined>;
  /** After a hook call run as root: creates a checkpoint in the background where one is missing. */
  afterCall(directories: Directories): Promise<void>;
  /** Removes the checkpoint that this call started from, when `config.yaml` does not want one any more. */
  removeUnwanted(config: Config, directories: Directories): Promise<void>;
}

/** A process restored from a checkpoint. */
export interface Restored {
  words: string[];
  /** Ends the process, without what the runtime does at its end: nothing is open that would have to be written. */
  end(code: number): never;
}
