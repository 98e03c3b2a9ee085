import type { AdminCommand } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { COMMANDS } from "./commands.ts";
import { commandHelp, overview, usage } from "./help.ts";
import { look } from "./look.ts";
import { parseCommandLine } from "./parse_command_line.ts";
import { oneLine } from "../base/one_line.ts";
import { suggest } from "../base/suggest.ts";
import { AdminFileError } from "../system/admin_files.ts";
import { outsideMessage } from "../system/outside_error.ts";
import { print } from "../system/self.ts";
import { SystemError } from "../system/system_error.ts";

/** Exit code for an invalid command line, as in similar commands. */
const USAGE = 2;

/** `hookvisor COMMAND …`: finds the command and runs it. Returns the exit code. */
export async function admin(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    print(2, overview(COMMANDS, look(2)));
    return USAGE;
  }
  if (name === "--help" || name === "-h" || name === "help") return help(rest[0]);
  const command = find(name === "--version" || name === "-V" ? "version" : name);
  if (command === undefined) return unknown(name);
  const parsed = parseCommandLine(command, rest);
  if (typeof parsed === "string") {
    print(2, `hookvisor ${command.name}: ${oneLine(parsed)}\nusage: ${usage(command)}\n`);
    return USAGE;
  }
  if (parsed.options.help === true) return help(command.name);
  try {
    const { run } = await command.load();
    return await run(parsed, COMMANDS);
  } catch (error) {
    const said = isExpected(error) ? error.message : outsideMessage(error);
    if (said === undefined) throw error;
    print(2, `hookvisor ${command.name}: ${oneLine(said)}\n`);
    return error instanceof CommandError ? error.exitCode : 1;
  }
}

/** The errors that come from outside hookvisor, each reported in one line. */
function isExpected(error: unknown): error is Error {
  return error instanceof CommandError || error instanceof AdminFileError || error instanceof SystemError;
}

function find(name: string): AdminCommand | undefined {
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
    print(1, overview(COMMANDS, look()));
    return 0;
  }
  const command = find(name);
  if (command === undefined) return unknown(name);
  print(1, commandHelp(command, look()));
  return 0;
}
