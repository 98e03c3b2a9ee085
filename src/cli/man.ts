import { type AdminCommand, flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { commandPage, overviewPage, pageName } from "./man_page.ts";
import { programVersion } from "./version.ts";
import { suggest } from "../base/suggest.ts";
import { makeDirectory, replaceFile } from "../system/admin_files.ts";
import { print } from "../system/self.ts";

/** `hookvisor man`. */
export function run(invocation: Invocation, commands: readonly AdminCommand[]): number {
  const { version, date = "" } = programVersion();
  const source = { version, date };
  const directory = option(invocation, "output");
  if (directory !== undefined) {
    makeDirectory(directory);
    replaceFile(`${directory}/${pageName()}.8`, overviewPage(commands, source));
    for (const command of commands) {
      replaceFile(`${directory}/${pageName(command)}.8`, commandPage(command, source));
    }
    if (!flag(invocation, "quiet")) print(1, `${commands.length + 1} pages in ${directory}\n`);
    return 0;
  }
  const name = invocation.words[0]?.replace(/^hookvisor-/, "");
  if (name === undefined || name === "hookvisor") {
    print(1, overviewPage(commands, source));
    return 0;
  }
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    const near = suggest(name, commands.map((one) => one.name));
    throw new CommandError(
      `unknown command ${JSON.stringify(name)}${near ? `; did you mean ${near}?` : ""}`,
      2,
    );
  }
  print(1, commandPage(command, source));
  return 0;
}
