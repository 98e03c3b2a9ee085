import type { Directories } from "../dispatch/directories.ts";

/** One word after `hookvisor`. */
export interface Command {
  name: string;
  /** What comes after the name, for the usage line: `DRIVER OBJECT OPERATION SUB-OPERATION EXTRA`. */
  usage: string;
  /** One line for the list of commands. */
  summary: string;
  /** More, for its own `--help`: what it does, exit codes, an example. */
  help: string;
  /** Options beside those that every command takes, by name without `--`. */
  options: Readonly<Record<string, Option>>;
  /** Does it; gives the exit code. Loaded when it is needed. */
  load(): Promise<{ run(invocation: Invocation): Promise<number> | number }>;
}

/** An option: a flag, or one that takes a value. */
export interface Option {
  /** What the value is, for usage lines; absent for a flag. */
  value?: string;
  summary: string;
}

/** A command with what was written after it. */
export interface Invocation {
  directories: Directories;
  /** The words that are no options, in order. */
  words: string[];
  /** Given options: true for a flag. */
  options: Record<string, string | true>;
}
