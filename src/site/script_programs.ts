import { choosesCode } from "../manifest/code_variables.ts";
import { ENVIRONMENT } from "../system/command_environment.ts";
import { findProgram } from "../system/program.ts";

/** What a script's first line makes run, as absolute paths; they need not exist. */
export interface ScriptPrograms {
  /** The interpreter, and the program that `env` starts. */
  programs: string[];
  /** Files that its other words may name: `#!/bin/sh /srv/x` runs /srv/x. */
  files: string[];
}

/**
 * Reads a script's first line (first_line.ts). The kernel starts the interpreter with all that follows as one
 * argument, which coreutils' `env -S` splits. A relative path is one from `/`, where commands start.
 *
 * @returns a text where the line leaves open what it runs: options of `env`, quotes, a `PATH`
 */
export function scriptPrograms(line: string): ScriptPrograms | string {
  const [, interpreter = "", argument = ""] = /^([^ \t]*)[ \t]*(.*)$/s.exec(line) ?? [];
  if (interpreter === "") return { programs: [], files: [] };
  const programs = [fromRoot(interpreter)];
  if (!/(?:^|\/)env$/.test(interpreter)) return { programs, files: filesIn(argument) };

  const split = /^(?:-S|--split-string=)(.*)$/s.exec(argument)?.[1];
  if (split !== undefined && /["'\\$#]/.test(split)) return "quotes, $ and # of env -S";
  const words = split === undefined ? [argument] : split.trim().split(/\s+/);
  const files: string[] = [];
  for (const [i, word] of words.entries()) {
    if (word.startsWith("-")) return `the option ${word.split(/\s/, 1)[0]} of env`;
    const variable = /^([^=]*)=/.exec(word)?.[1];
    if (variable === undefined) {
      const program = word.includes("/") ? fromRoot(word) : findProgram(word, ENVIRONMENT.PATH);
      files.push(...words.slice(i + 1).flatMap(filesIn));
      return { programs: program === undefined ? programs : [...programs, program], files };
    }
    if (choosesCode(variable)) return `the variable ${variable}`;
  }
  return { programs, files };
}

/** The paths that an argument may name, whole or in its words: `/a`, `--file=/a`, `-f/a`. */
function filesIn(argument: string): string[] {
  const parts = [argument, ...argument.split(/[\s=:,]+/)];
  const paths = parts.map((part) => part.startsWith("-") ? part.slice(part.indexOf("/")) : part);
  return [...new Set(paths.filter((path) => path.includes("/")).map(fromRoot))];
}

function fromRoot(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}
