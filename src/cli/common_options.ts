import type { Option } from "./command.ts";

/** Options that every command takes. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  "config-dir": {
    value: "DIR",
    kind: "directory",
    summary: "where config.yaml and handlers/ are (default /etc/hookvisor)",
  },
  "state-dir": {
    value: "DIR",
    kind: "directory",
    summary: "where state is kept until a reboot (default /run/hookvisor)",
  },
  "log-dir": {
    value: "DIR",
    kind: "directory",
    summary: "where events.jsonl is (default /var/log/hookvisor)",
  },
  "libvirt-run-dir": {
    value: "DIR",
    kind: "directory",
    summary: "where libvirt keeps what it knows of running guests (default /run/libvirt)",
  },
  help: { summary: "what the command does, with an example" },
};
