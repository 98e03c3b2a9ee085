import type { Command, Invocation, Option } from "./command.ts";
import { COMMANDS, COMMON_OPTIONS } from "./commands.ts";
import { suggest } from "../base/suggest.ts";
import { DIRECTORIES } from "../dispatch/directories.ts";
import { print } from "../system/self.ts";

/** Exit code for a command line that is not understood, as in other commands of its kind. */
const USAGE = 2;

/** `hookvisor COMMAND …`: finds the command and runs it. Gives the exit code. */
export async function admin(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    print(2, overview());
    return USAGE;
  }
  if (name === "--help" || name === "-h" || name === "help") return help(rest[0]);
  const command = find(name === "--version" ? "version" : name);
  if (command === undefined) return unknown(name);
  const parsed = parse(command, rest);
  if (typeof parsed === "string") {
    print(2, `hookvisor ${command.name}: ${parsed}\nusage: ${usage(command)}\n`);
    return USAGE;
  }
  if (parsed.options.help === true) return help(command.name);
  const { run } = await command.load();
  return await run(parsed);
}

function find(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}

function unknown(name: string): number {
  const near = suggest(name, COMMANDS.map((command) => command.name));
  print(2, `hookvisor: unknown command ${JSON.stringify(name)}${near ? `; did you mean ${near}?` : ""}\n`);
  print(2, `"hookvisor help" lists all commands\n`);
  return USAGE;
}

function help(name: string | undefined): number {
  if (name === undefined) {
    print(1, overview());
    return 0;
  }
  const command = find(name);
  if (command === undefined) return unknown(name);
  print(
    1,
    `usage: ${usage(command)}\n\n${command.help}\n\nOptions:\n${
      table({ ...command.options, ...COMMON_OPTIONS })
    }`,
  );
  return 0;
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const rows = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}\n`).join("");
  return `usage: hookvisor COMMAND [OPTION…]\n\nRuns sandboxed handlers for libvirt's hooks.\n\nCommands:\n${rows}
"hookvisor COMMAND --help" says more, with an example. A link named daemon, qemu,
lxc, libxl, network or bhyve in libvirt's hooks directory makes it answer libvirt.\n`;
}

function usage(command: Command): string {
  return ["hookvisor", command.name, "[OPTION…]", command.usage].filter((word) => word !== "").join(" ");
}

function table(options: Readonly<Record<string, Option>>): string {
  const rows = Object.entries(options).map(([name, { value, summary }]) =>
    [`--${name}${value === undefined ? "" : ` ${value}`}`, summary] as const
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}

/** Options up to the first other word for `hook`, whose words may look like options; anywhere for the rest. A text says what is wrong. */
function parse(command: Command, args: readonly string[]): Invocation | string {
  const known: Readonly<Record<string, Option>> = { ...command.options, ...COMMON_OPTIONS };
  const options: Record<string, string | true> = {};
  const words: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--" || (!arg.startsWith("-") && command.name === "hook")) {
      words.push(...(arg === "--" ? [] : [arg]), ...rest);
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    const [, name = "", given] = /^--?([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    const option = Object.hasOwn(known, name) ? known[name] : name === "h" ? COMMON_OPTIONS.help : undefined;
    if (option === undefined) {
      const near = suggest(name, Object.keys(known));
      return `unknown option ${arg}${near ? `; did you mean --${near}?` : ""}`;
    }
    if (option.value === undefined) {
      if (given !== undefined) return `--${name} takes no value`;
      options[name === "h" ? "help" : name] = true;
      continue;
    }
    const value = given ?? rest.shift();
    if (value === undefined || value === "") return `--${name} needs a value: ${option.value}`;
    options[name] = value;
  }
  const directory = (name: string, usual: string) => {
    const given = options[name];
    return typeof given === "string" ? given.replace(/(?<=.)\/+$/, "") : usual;
  };
  const directories = {
    config: directory("config-dir", DIRECTORIES.config),
    state: directory("state-dir", DIRECTORIES.state),
    log: directory("log-dir", DIRECTORIES.log),
  };
  const relative = Object.entries(directories).find(([, path]) => !path.startsWith("/"));
  if (relative !== undefined) return `--${relative[0]}-dir has to be an absolute path, not ${relative[1]}`;
  return { directories, words, options };
}
