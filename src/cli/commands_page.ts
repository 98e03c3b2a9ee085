import type { AdminCommand } from "./command.ts";
import { COMMON_OPTIONS } from "./common_options.ts";
import { exitCodes, optionUsage, usage } from "./help.ts";

/**
 * docs/commands.md: the text of `--help` and the man pages as one page of Markdown, generated from the
 * command table.
 */
export function commandsPage(commands: readonly AdminCommand[]): string {
  const lines = [
    "# Commands",
    "",
    "Made from the command table in `src/cli/commands.ts`, which feeds `--help`, the man pages and the completions too;",
    "`test/cli/commands_page_test.ts` keeps it current and says how to regenerate it.",
    "",
    "Every command takes these options:",
    "",
    ...table(
      ["option", "meaning"],
      Object.entries(COMMON_OPTIONS).map((
        [name, option],
      ) => [code(optionUsage(name, option)), option.summary]),
    ),
    "",
    ...commands.map(({ name, summary }) => `- [\`${name}\`](#${name}): ${summary}`),
    ...commands.flatMap(section),
  ];
  return `${lines.join("\n")}\n`;
}

function section(command: AdminCommand): string[] {
  const options = Object.entries(command.options);
  return [
    "",
    `## ${command.name}`,
    "",
    code(usage(command)),
    ...command.description.flatMap((paragraph) => ["", escape(paragraph)]),
    ...(options.length === 0 ? [] : [
      "",
      ...table(
        ["option", "meaning"],
        options.map(([name, option]) => [code(optionUsage(name, option)), option.summary]),
      ),
    ]),
    "",
    ...table(["exit code", "meaning"], exitCodes(command).map(([exit, meaning]) => [String(exit), meaning])),
    "",
    "```sh",
    ...command.examples.flatMap(([line, does]) => [`# ${does}`, line]),
    "```",
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const cell = (text: string) => (text.startsWith("`") ? text : escape(text)).replaceAll("|", "\\|");
  return [row(head), row(head.map(() => "---")), ...rows.map((cells) => row(cells.map(cell)))];
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Characters that Markdown would interpret. */
function escape(text: string): string {
  return text.replace(/[<>*_]/g, "\\$&");
}
