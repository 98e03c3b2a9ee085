/** Where hookvisor's files are. Absolute paths without a final slash. */
export interface Directories {
  /** `config.yaml` and `handlers/`. */
  config: string;
  /** What does not outlive a reboot. */
  state: string;
  /** `events.jsonl`. */
  log: string;
  /** Where libvirt keeps what it knows of running guests. */
  libvirt: string;
  /** The socket of journald, which gets the records too. */
  journald: string;
}

/** The checkpoint that hook calls start from (src/checkpoint/). The code at the program's entry knows only that of `DIRECTORIES`. */
export function checkpointFile({ state }: Pick<Directories, "state">): string {
  return `${state}/checkpoint`;
}

/** Where a link in the hooks directory always looks. No environment variable moves them. */
export const DIRECTORIES: Directories = {
  config: "/etc/hookvisor",
  state: "/run/hookvisor",
  log: "/var/log/hookvisor",
  libvirt: "/run/libvirt",
  journald: "/run/systemd/journal/socket",
};
