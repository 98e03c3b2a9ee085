import type { Config } from "../site/config.ts";
import type { Directories } from "../site/directories.ts";

/** What processes do, as main.ts does it: rehearsals do all of it, so that restored processes find it compiled. */
export interface Work {
  /** Does what the command line says; returns the exit code. */
  main(words: string[], directories: Directories): Promise<number>;
  /** Sets up what the next hook call needs. */
  prepare(): Promise<void>;
}

/**
 * All that the rest of the program uses of checkpoints. Two modules implement it: enabled.ts, and
 * disabled.ts, which `make CHECKPOINT=no` builds instead.
 */
export interface Checkpoints {
  /** Why this program can neither create a checkpoint nor start from one, or undefined. */
  impossible(): string | undefined;
  /**
   * In a process that was started to become a checkpoint: rehearses, stops, and returns in every process
   * restored from it, with the restored process's command line, and with `end`, which ends it. Undefined in
   * any other process.
   */
  become(words: string[], work: Work): Promise<Restored | undefined>;
  /**
   * In a process that only reports how it started, the word to print. A restored process that is neither that
   * nor a hook call restarts with a plain start; then this does not return.
   */
  probe(args: string[], work: Work): Promise<string | undefined>;
  /** After a hook call run as root: creates a checkpoint in the background where one is missing. */
  afterCall(directories: Directories): Promise<void>;
  /** Removes the checkpoint that this call started from, when `config.yaml` now disables checkpoints. */
  removeUnwanted(config: Config, directories: Directories): Promise<void>;
}

/** A process restored from a checkpoint. */
export interface Restored {
  words: string[];
  /** Ends the process without the runtime's own exit work: no open file has unwritten data. */
  end(code: number): void;
}
