/** What is known about an output. */
export interface Terminal {
  isTerminal: boolean;
  /** Columns of the terminal; undefined for a file or a pipe. */
  columns?: number;
  /** `NO_COLOR`, `TERM`, and the locale's variables, as they are set. */
  env(name: "NO_COLOR" | "TERM" | "LC_ALL" | "LC_CTYPE" | "LANG"): string | undefined;
}

/** Examines standard output or standard error. */
export function terminal(fd: 1 | 2): Terminal {
  const isTerminal = (fd === 1 ? Deno.stdout : Deno.stderr).isTerminal();
  const env: Terminal["env"] = (name) => Deno.env.get(name);
  return isTerminal ? { isTerminal, columns: columnsOf(), env } : { isTerminal, env };
}

function columnsOf(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    // A terminal of unknown size, such as a serial line.
    return 80;
  }
}
