import type { Command, Option } from "./command.ts";

/** Options that every command takes. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  "config-dir": { value: "DIR", summary: "where config.yaml and handlers/ are (default /etc/hookvisor)" },
  "state-dir": { value: "DIR", summary: "where state is kept until a reboot (default /run/hookvisor)" },
  "log-dir": { value: "DIR", summary: "where events.jsonl is (default /var/log/hookvisor)" },
  help: { summary: "what the command does, with an example" },
};

/** The command table: parsing, usage and help are made from it. */
export const COMMANDS: readonly Command[] = [
  {
    name: "hook",
    usage: "DRIVER OBJECT OPERATION SUB-OPERATION EXTRA",
    summary: "answer one hook call, as a link in libvirt's hooks directory does",
    help: `Does what /etc/libvirt/hooks/DRIVER does when it is a link to hookvisor, with
the XML that libvirt would give on standard input.

Exit code 0: libvirt goes on. 1: it gives the operation up and shows what is
on standard error. Options come before DRIVER; what follows it is taken as it is.

Example: hookvisor hook qemu win11 prepare begin - < win11.xml`,
    options: {},
    load: () => import("./hook.ts"),
  },
  {
    name: "version",
    usage: "",
    summary: "print the version",
    help: `Prints the versions of hookvisor and of what it is made with.

Example: hookvisor version`,
    options: {},
    load: () => import("./version.ts"),
  },
];
