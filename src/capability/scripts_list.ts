import { type Capability, value } from "./capability.ts";
import { scriptPath } from "./script_path.ts";
import { fileStatus, listDirectory } from "../system/file.ts";

/**
 * `host.scripts.list(path)`: the executables in a directory, in byte order of
 * their names, through whatever links they are reached; for a path that is
 * itself an executable, that one; for a missing path, none. A file without
 * execute permission does not count, as for libvirt.
 */
export const scriptsList: Capability = {
  name: "scripts.list",
  within: "scripts",
  looksOnly: true,
  run([given], context) {
    const path = scriptPath("scripts.list", given, context);
    if (typeof path !== "string") return path;
    const status = fileStatus(path);
    if (status === undefined) return value([]);
    if (status.kind !== "directory") return value(isExecutable(path) ? [path] : []);
    const names = (listDirectory(path) ?? []).sort((a, b) => a < b ? -1 : 1);
    return value(names.map((name) => `${path}/${name}`).filter(isExecutable));
  },
};

function isExecutable(path: string): boolean {
  const status = fileStatus(path);
  return status?.kind === "file" && (status.mode & 0o111) !== 0;
}
