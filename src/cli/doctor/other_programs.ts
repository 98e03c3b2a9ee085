import type { Finding, Patient } from "./finding.ts";
import { fileStatus, realPath } from "../../system/file.ts";
import { SystemError } from "../../system/system_error.ts";

/** The directories that a root shell searches for commands, in order (Debian's /etc/profile, sudo's secure_path). */
const PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Other programs called hookvisor that a shell may find: the command that an admin types is then not the one
 * that libvirt runs.
 */
export function otherPrograms({ program }: Patient): Finding[] {
  const found = new Set(PATH.flatMap((directory) => realProgram(`${directory}/hookvisor`) ?? []));
  found.delete(program);
  return [...found].map((other) => ({
    check: "hookvisor",
    level: "warn",
    seen: `there is another hookvisor, ${other}; a shell runs the one that it finds first`,
    remedy: `remove the one that is not wanted; then run the other one's install by its whole path`,
  }));
}

function realProgram(path: string): string | undefined {
  try {
    return fileStatus(path)?.kind === "file" ? realPath(path) : undefined;
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}
