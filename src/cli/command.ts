import type { Directories } from "../site/directories.ts";

/**
 * The kind of a word or an option's value, so that a shell can complete it. Kinds with a fixed list of words
 * are lists.
 */
export type ValueKind =
  | "file"
  | "directory"
  | "handler"
  | "guest"
  | "network"
  | "operation"
  | "recipe"
  | "record"
  | "command"
  | "text"
  | readonly string[];

/** A word after the command's name. */
export interface CommandWord {
  /** As usage lines show it: `FILE`, `DRIVER/OPERATION`. */
  name: string;
  kind: ValueKind;
  optional?: boolean;
  /** Any number of words; only for the last argument. */
  many?: boolean;
}

/** An option: a flag, or one that takes a value. */
export interface Option {
  /** The value's name in usage lines; absent for a flag. */
  value?: string;
  /** The kind of value; `text` if absent. */
  kind?: ValueKind;
  /** One line, without a final full stop. */
  summary: string;
}

/** One word after `hookvisor`: a row of the command table, from which parsing, help, completions and man pages are made. */
export interface AdminCommand {
  name: string;
  words: readonly CommandWord[];
  /** One line for the list of commands, without a final full stop. */
  summary: string;
  /** What it does: paragraphs, each one text without line ends. */
  description: readonly string[];
  /** What each exit code means. Code 2, an invalid command line, is the same for all commands and omitted. */
  exitCodes: readonly (readonly [code: number, meaning: string])[];
  /** At least one command line, and what it does. */
  examples: readonly (readonly [line: string, does: string])[];
  /** Options in addition to those that every command takes, by name without `--`. */
  options: Readonly<Record<string, Option>>;
  /**
   * Options come before the first word, and everything after it is taken literally: for words that may look
   * like options.
   */
  raw?: true;
  /** Runs the command; returns the exit code. Loaded when needed. `commands` is the whole table. */
  load(): Promise<
    { run(invocation: Invocation, commands: readonly AdminCommand[]): Promise<number> | number }
  >;
}

/** A command with its arguments. */
export interface Invocation {
  directories: Directories;
  /** The words that are not options, in order, as many as the command takes. */
  words: string[];
  /** Given options: true for a flag. */
  options: Record<string, string | true>;
}

/** The value of an option that takes one; undefined when it was not given. */
export function option({ options }: Invocation, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** Whether a flag was given. */
export function flag({ options }: Invocation, name: string): boolean {
  return options[name] === true;
}
