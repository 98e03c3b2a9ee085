import type { AdminCommand } from "./command.ts";
import { COMMON_OPTIONS } from "./common_options.ts";
import { exitCodes, optionUsage, usage } from "./help.ts";

/** The head of a page, besides its name. */
export interface ManSource {
  version: string;
  /** `2026-11-23`; empty if unknown. */
  date: string;
}

const SECTION = 8;

/** A page's name: `hookvisor-check`, or `hookvisor` for the overview. */
export function pageName(command?: AdminCommand): string {
  return command === undefined ? "hookvisor" : `hookvisor-${command.name}`;
}

/** The page of one command, in the man macros of troff (man(7)). */
export function commandPage(command: AdminCommand, source: ManSource): string {
  const options = Object.entries(command.options);
  const common = Object.entries(COMMON_OPTIONS);
  return page([
    ...title(pageName(command), source),
    ".SH NAME",
    fill(`${text(pageName(command))} \\- ${text(command.summary)}`),
    ".SH SYNOPSIS",
    synopsis(usage(command)),
    ".SH DESCRIPTION",
    ...paragraphs(command.description),
    ...(options.length === 0 ? [] : [
      ".SH OPTIONS",
      ...options.flatMap(([name, option]) => item(optionUsage(name, option), option.summary)),
    ]),
    ".SH COMMON OPTIONS",
    ...common.flatMap(([name, option]) => item(optionUsage(name, option), option.summary)),
    ".SH EXIT STATUS",
    ...exitCodes(command).flatMap(([code, meaning]) => item(String(code), meaning)),
    ".SH EXAMPLES",
    ...command.examples.flatMap((
      [line, does],
      i,
    ) => [
      ...(i === 0 ? [] : [".PP"]),
      prose(sentence(does)),
      ".PP",
      ".RS 4",
      ".nf",
      `\\fB${text(line)}\\fR`,
      ".fi",
      ".RE",
    ]),
    ".SH SEE ALSO",
    `.BR hookvisor (${SECTION})`,
  ]);
}

/** The page about hookvisor itself: what it is, its commands and its files. */
export function overviewPage(commands: readonly AdminCommand[], source: ManSource): string {
  return page([
    ...title(pageName(), source),
    ".SH NAME",
    "hookvisor \\- run sandboxed handlers for libvirt's hooks",
    ".SH SYNOPSIS",
    synopsis("hookvisor COMMAND [OPTION...]"),
    ".br",
    synopsis("/etc/libvirt/hooks/DRIVER.d/50-hookvisor OBJECT OPERATION SUB-OPERATION EXTRA"),
    ".SH DESCRIPTION",
    ...paragraphs(ABOUT),
    ".SH COMMANDS",
    ...commands.flatMap((command) =>
      item(`hookvisor ${command.name}`, `${command.summary}; see ${pageName(command)}(${SECTION})`)
    ),
    ".SH FILES",
    ...FILES.flatMap(([path, what]) => item(path, what)),
    ".SH EXIT STATUS",
    ...item("0", "success; called by libvirt: the operation continues"),
    ...item("1", "a problem was found, or something failed; called by libvirt: the operation is aborted"),
    ...item("2", "the command line is invalid"),
    ".SH SEE ALSO",
    commands.map((command) => `.BR ${pageName(command).replaceAll("-", "\\-")} (${SECTION}),`).join("\n")
      .replace(/,$/, ""),
    ".PP",
    "https://libvirt.org/hooks.html",
  ]);
}

const ABOUT = [
  "libvirt runs programs in its hooks directory when a guest or a network starts, stops, or migrates, and waits for " +
  "them. hookvisor is such a program: a symbolic link named after a driver (daemon, qemu, lxc, libxl, network, bhyve), " +
  "or any link in that driver's .d directory, makes it answer libvirt. By any other name it is a command for the admin.",
  "For each call it runs the matching handlers in /etc/hookvisor/handlers, one after the other in the order of " +
  "their names, and in reverse when something is taken down. A handler is one JavaScript file whose first comment, the " +
  "manifest, says when it runs and which commands, files and users it may use. It runs in a sandbox and can do " +
  "nothing else. hookvisor undoes what it sets on the host when the guest is gone.",
  "Every call ends before its deadline, whatever a handler or a command does. When a handler fails, libvirt aborts the " +
  "operation where that does no harm, and continues where it would: unless an admin asks for it, no running guest is " +
  "stopped for a handler.",
];

const FILES: readonly (readonly [string, string])[] = [
  ["/etc/hookvisor/handlers/NN-NAME.js", "the handlers; what does not end in .js is ignored"],
  ["/etc/hookvisor/config.yaml", "timeouts, policy and options; optional"],
  ["/var/log/hookvisor/events.jsonl", "one line of JSON for each hook call"],
  [
    "/var/log/hookvisor/calls/",
    "whole calls for replay, when config.yaml says record: true; readable by root only",
  ],
  ["/run/hookvisor/", "what guests hold until they are gone, and handlers' state"],
];

function page(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

function title(name: string, { version, date }: ManSource): string[] {
  return [
    `.TH "${text(name.toUpperCase())}" "${SECTION}" "${date}" "hookvisor ${text(version)}" "hookvisor"`,
    ".nh",
    ".ad l",
  ];
}

/** The command in bold, placeholders in italics. */
function synopsis(line: string): string {
  return line.split(" ").map((word, i) =>
    i === 0 || (i === 1 && /^[a-z-]+$/.test(word)) ? `\\fB${text(word)}\\fR` : `\\fI${text(word)}\\fR`
  ).join(" ");
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((paragraph, i) => [...(i === 0 ? [] : [".PP"]), prose(paragraph)]);
}

function item(term: string, meaning: string): string[] {
  return [".TP", `\\fB${text(term)}\\fR`, prose(sentence(meaning))];
}

/** Names that keep their small letter at the beginning of a sentence. */
const NAMES = /^(?:libvirt|hookvisor)\b/;

/** A summary as a sentence. A file name at the beginning keeps its small letter. */
function sentence(summary: string): string {
  const [first = ""] = summary.split(/[\s,;:]/);
  const begun = /^[a-z]+('s)?$/.test(first) && !NAMES.test(first)
    ? summary[0]!.toUpperCase() + summary.slice(1)
    : summary;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** The longest line of a page's source that mandoc's lint does not complain of is 80 bytes. */
const WIDTH = 78;

/** A text in lines, which troff fills again. */
function prose(plain: string): string {
  return fill(text(plain));
}

/** Lines of an escaped text. None begins with a character that makes it a request. */
function fill(escaped: string): string {
  const lines: string[] = [];
  for (const word of escaped.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines.push(`${lines.pop()} ${word}`);
    else lines.push(/^[.']/.test(word) ? `\\&${word}` : word);
  }
  return lines.join("\n");
}

/** A text escaped for troff, to which backslashes, dashes, quotes, and a point at the start of a line are special. */
function text(plain: string): string {
  return plain
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replaceAll("'", "\\(aq")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replaceAll("`", "\\(ga")
    .replace(/^([.'])/gm, "\\&$1");
}
