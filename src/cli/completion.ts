import { bashCompletion, fishCompletion, zshCompletion } from "./completion_scripts.ts";
import { type AdminCommand, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { wordsOfKind } from "./words_of_kind.ts";
import { print } from "../system/self.ts";

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `hookvisor completion`. */
export function run(invocation: Invocation, commands: readonly AdminCommand[]): number {
  const kind = option(invocation, "words");
  if (kind !== undefined) {
    print(1, wordsOfKind(kind, invocation.directories, commands).map((word) => `${word}\n`).join(""));
    return 0;
  }
  const shell = invocation.words[0];
  if (shell === undefined) throw new CommandError("SHELL is missing: bash, zsh or fish", 2);
  const script = SCRIPTS[shell as keyof typeof SCRIPTS];
  if (script === undefined) throw new CommandError(`${JSON.stringify(shell)} is none of bash, zsh, fish`, 2);
  print(1, script(commands));
  return 0;
}
