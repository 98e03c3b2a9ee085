import type { Look } from "./text.ts";
import { type Terminal, terminal } from "../system/terminal.ts";

/** The width of text for a file or a pipe, in columns. */
const PIPE_WIDTH = 100;
const NARROWEST = 20;

/** How to write for a terminal, a file or a pipe: colours only on a terminal and without `NO_COLOR` (no-color.org), more than ASCII only in a UTF-8 locale. */
export function lookFor({ isTerminal, columns, env }: Terminal): Look & { isTerminal: boolean } {
  const locale = env("LC_ALL") || env("LC_CTYPE") || env("LANG") || "C";
  return {
    isTerminal,
    // A terminal has size 0 until its size is set.
    width: isTerminal ? Math.max(NARROWEST, columns || 80) : PIPE_WIDTH,
    colour: isTerminal && !env("NO_COLOR") && env("TERM") !== "dumb",
    unicode: /utf-?8/i.test(locale),
  };
}

/** How to write to standard output or standard error now. */
export function look(fd: 1 | 2 = 1): Look & { isTerminal: boolean } {
  return lookFor(terminal(fd));
}
