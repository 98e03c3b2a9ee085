import type { AdminCommand, CommandWord, Invocation, Option } from "./command.ts";
import { absolutePath } from "./absolute_path.ts";
import { COMMON_OPTIONS } from "./common_options.ts";
import { suggest } from "../base/suggest.ts";
import { DIRECTORIES } from "../site/directories.ts";

/**
 * Parses the arguments after a command's name. A text says what is wrong. Options may stand anywhere unless
 * the command says otherwise; `--` ends them.
 */
export function parseCommandLine(command: AdminCommand, args: readonly string[]): Invocation | string {
  const known: Readonly<Record<string, Option>> = { ...command.options, ...COMMON_OPTIONS };
  const options: Record<string, string | true> = {};
  const words: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const isWord = !arg.startsWith("-") || arg === "-";
    if (arg === "--" || (isWord && command.raw)) {
      words.push(...(arg === "--" ? [] : [arg]), ...rest);
      break;
    }
    if (isWord) {
      words.push(arg);
      continue;
    }
    const read = readOption(arg, rest, known);
    if (typeof read === "string") return read;
    options[read.name] = read.value;
  }
  const directories = readDirectories(options);
  // Asking for help is enough.
  const wrong = options.help === true || command.raw ? undefined : countProblem(command.words, words);
  return wrong ?? { directories, words, options };
}

function readOption(
  arg: string,
  rest: string[],
  known: Readonly<Record<string, Option>>,
): { name: string; value: string | true } | string {
  const [, dashes, written = "", given] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
  const name = dashes === "-" ? SHORT[written] ?? "" : written;
  const option = Object.hasOwn(known, name) ? known[name] : undefined;
  if (option === undefined) {
    const near = suggest(written, Object.keys(known));
    return `unknown option ${arg}${near ? `; did you mean --${near}?` : ""}`;
  }
  if (option.value === undefined) {
    return given === undefined ? { name, value: true } : `--${name} takes no value`;
  }
  const value = given ?? rest.shift();
  if (value === undefined || value === "") return `--${name} needs a value: ${option.value}`;
  if (Array.isArray(option.kind) && !option.kind.includes(value)) {
    return `--${name} must be one of ${option.kind.join(", ")}, not ${JSON.stringify(value)}`;
  }
  return { name, value };
}

/** Options with a short form, as in other commands. */
const SHORT: Readonly<Record<string, string>> = { h: "help", n: "number", f: "follow" };

function readDirectories(options: Record<string, string | true>): Invocation["directories"] {
  const directory = (name: string, usual: string) => {
    const given = options[`${name}-dir`];
    return typeof given === "string" ? absolutePath(given) : usual;
  };
  return {
    config: directory("config", DIRECTORIES.config),
    state: directory("state", DIRECTORIES.state),
    log: directory("log", DIRECTORIES.log),
    libvirt: directory("libvirt-run", DIRECTORIES.libvirt),
    journald: DIRECTORIES.journald,
  };
}

/** Too few words, or too many. */
function countProblem(takes: readonly CommandWord[], words: readonly string[]): string | undefined {
  const missing = takes[words.length];
  if (missing !== undefined && !missing.optional) return `${missing.name} is missing`;
  const last = takes.at(-1);
  if (words.length <= takes.length || last?.many) return undefined;
  return `${JSON.stringify(words[takes.length])} is one argument too many`;
}
