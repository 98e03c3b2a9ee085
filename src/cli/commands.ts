import type { Command } from "./command.ts";

/** The command table: parsing, usage, help, completions and man pages are made from it. In the order of the help. */
export const COMMANDS: readonly Command[] = [
  {
    name: "check",
    words: [{ name: "FILE", kind: "file", optional: true, many: true }],
    summary: "find every problem in config.yaml and the handlers, and show what each may do",
    description: [
      "Reads config.yaml and all handlers, or only the handlers named as FILE, wherever they lie, and tells every " +
      "problem at once: the place, the line it is in, and what to do. Then a table of what each handler may do.",
      "Beside mistakes it warns of what is allowed but unwise: a shell or an interpreter among the commands, a rule " +
      "that lets systemctl do anything, writing anywhere below /etc, a handler that can never run, a timeout longer " +
      "than the operation's. Nothing is run and nothing is changed.",
    ],
    exitCodes: [[0, "no error"], [1, "at least one error; with --strict, one warning is enough"]],
    examples: [
      ["hookvisor check", "checks what libvirt's next hook call would use"],
      [
        "hookvisor check --strict ./20-vfio.js",
        "checks one file before it is put in place, in CI for example",
      ],
    ],
    options: {
      strict: { summary: "warnings count as errors" },
      json: { summary: "print one JSON document" },
      quiet: { summary: "no table of powers" },
    },
    load: () => import("./check.ts"),
  },
  {
    name: "hook",
    words: [
      { name: "DRIVER", kind: ["daemon", "qemu", "lxc", "libxl", "network", "bhyve"] },
      { name: "OBJECT", kind: "text" },
      { name: "OPERATION", kind: "text" },
      { name: "SUB-OPERATION", kind: "text" },
      { name: "EXTRA", kind: "text" },
    ],
    summary: "answer one hook call, as a link in libvirt's hooks directory does",
    description: [
      "Does what /etc/libvirt/hooks/DRIVER does when it is a link to hookvisor, with the XML that libvirt would give " +
      "on standard input. Handlers are really run. Options come before DRIVER; what follows it is taken as it is.",
    ],
    exitCodes: [[0, "libvirt goes on"], [
      1,
      "libvirt gives the operation up and shows what is on standard error",
    ]],
    examples: [[
      "hookvisor hook qemu win11 prepare begin - < win11.xml",
      "what libvirt does before it starts win11",
    ]],
    options: {},
    raw: true,
    load: () => import("./hook.ts"),
  },
  {
    name: "version",
    words: [],
    summary: "print the version",
    description: ["Prints the versions of hookvisor and of what it is made with."],
    exitCodes: [[0, "always"]],
    examples: [["hookvisor version", "also: hookvisor --version"]],
    options: { json: { summary: "print one JSON document" } },
    load: () => import("./version.ts"),
  },
];
