/** The directories of hookvisor's files: absolute paths without a final slash. */
export interface Directories {
  /** `config.yaml` and `handlers/`. */
  config: string;
  /** Files that do not outlive a reboot. */
  state: string;
  /** `events.jsonl`. */
  log: string;
  /** Where libvirt keeps the state of running guests. */
  libvirt: string;
  /** The socket of journald, which also receives the records. */
  journald: string;
}

/**
 * The checkpoint that hook calls start from (src/checkpoint/). The code at the program's entry knows only the
 * one in `DIRECTORIES`.
 */
export function checkpointFile({ state }: Pick<Directories, "state">): string {
  return `${state}/checkpoint`;
}

/** The directories that a link in the hooks directory always uses. No environment variable changes them. */
export const DIRECTORIES: Directories = {
  config: "/etc/hookvisor",
  state: "/run/hookvisor",
  log: "/var/log/hookvisor",
  libvirt: "/run/libvirt",
  journald: "/run/systemd/journal/socket",
};
