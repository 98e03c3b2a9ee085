import type { AdminCommand, CommandWord, Option } from "./command.ts";
import { COMMON_OPTIONS } from "./common_options.ts";
import { type Look, pad, textWidth, visible, wrap } from "./text.ts";

/** Wider lines are hard to read. */
const WIDEST = 80;

/** `hookvisor check [OPTION...] [FILE...]`. */
export function usage(command: AdminCommand): string {
  return ["hookvisor", command.name, "[OPTION...]", ...command.words.map(wordUsage)].join(" ");
}

function wordUsage({ name, optional, many }: CommandWord): string {
  const text = `${name}${many ? "..." : ""}`;
  return optional ? `[${text}]` : text;
}

/** `--name VALUE`, as usage lines and man pages show it. */
export function optionUsage(name: string, { value }: Option): string {
  return `--${name}${value === undefined ? "" : ` ${value}`}`;
}

const MISUNDERSTOOD = "the command line is invalid";

/** A command's exit codes, including the common one, in order. */
export function exitCodes({ exitCodes: own }: AdminCommand): [code: number, meaning: string][] {
  const all = new Map<number, string>([[2, MISUNDERSTOOD]]);
  for (const [code, meaning] of own) all.set(code, code === 2 ? `${meaning}, or ${MISUNDERSTOOD}` : meaning);
  return [...all].sort(([a], [b]) => a - b);
}

/** What `hookvisor COMMAND --help` prints. */
export function commandHelp(command: AdminCommand, look: Look): string {
  const width = Math.min(look.width, WIDEST);
  const options = { ...command.options, ...COMMON_OPTIONS };
  const text = [
    `usage: ${usage(command)}`,
    "",
    ...command.description.flatMap((paragraph) => [...wrap(paragraph, width), ""]),
    "Options:",
    ...list(
      Object.entries(options).map(([name, option]) => [optionUsage(name, option), option.summary]),
      width,
    ),
    "",
    "Exit codes:",
    ...list(
      exitCodes(command).map(([code, meaning]) => [String(code), meaning]),
      width,
    ),
    "",
    command.examples.length > 1 ? "Examples:" : "Example:",
    ...command.examples.flatMap(([line, does]) => [
      ...wrap(line, width - 6).map((part, i, all) =>
        `  ${i > 0 ? "  " : ""}${part}${i < all.length - 1 ? " \\" : ""}`
      ),
      ...wrap(does, width - 6).map((part) => `      ${part}`),
    ]),
  ];
  return lines(text, look);
}

/** What `hookvisor help` prints. */
export function overview(commands: readonly AdminCommand[], look: Look): string {
  const width = Math.min(look.width, WIDEST);
  const text = [
    "usage: hookvisor COMMAND [OPTION...]",
    "",
    "Runs sandboxed handlers for libvirt's hooks.",
    "",
    "Commands:",
    ...list(commands.map(({ name, summary }) => [name, summary]), width),
    "",
    ...wrap(
      `"hookvisor COMMAND --help" prints details and an example. A link named daemon, qemu, lxc, libxl, network or ` +
        'bhyve in libvirt\'s hooks directory makes it answer libvirt; "hookvisor install" makes these links.',
      width,
    ),
  ];
  return lines(text, look);
}

/** Two columns; a long left word gets its own line. */
function list(rows: readonly (readonly [left: string, right: string])[], width: number): string[] {
  const left = Math.min(24, Math.max(...rows.map(([word]) => textWidth(word))));
  return rows.flatMap(([word, text]) => {
    const parts = wrap(text, Math.max(20, width - left - 4));
    const fits = textWidth(word) <= left;
    const first = fits ? [`  ${pad(word, left)}  ${parts.shift() ?? ""}`] : [`  ${word}`];
    return [...first, ...parts.map((part) => `  ${" ".repeat(left)}  ${part}`)];
  });
}

function lines(text: readonly string[], look: Look): string {
  return text.map((line) => `${visible(line, look.unicode).trimEnd()}\n`).join("");
}
