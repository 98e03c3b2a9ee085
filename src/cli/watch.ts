import type { Invocation } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { oneLine } from "../base/one_line.ts";
import { DIRECTORIES } from "../site/directories.ts";
import { environment } from "../system/proc.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { print, userId } from "../system/self.ts";
import { becomeOnlyWatch } from "../watch/only_watch.ts";
import { watch } from "../watch/watch.ts";

const ROOT = 0;

/** `hookvisor watch`. */
export async function run({ directories }: Invocation): Promise<number> {
  const uid = userId();
  const isRoot = uid === ROOT;
  const isGiven = isRoot || directories.libvirt !== DIRECTORIES.libvirt;
  const state = isRoot ? directories.state : `${runtimeDirectory(uid)}/hookvisor`;
  const unusable = privateDirectory(state);
  if (unusable !== undefined) throw new CommandError(unusable, 1);
  if (!becomeOnlyWatch(state)) throw new CommandError("another hookvisor watch runs already", 1);
  return await watch({
    directories,
    sockets: isGiven ? directories.libvirt : `${runtimeDirectory(uid)}/libvirt`,
    state,
    isRoot,
    uid,
    say: (line) => void print(2, `hookvisor watch: ${oneLine(line)}\n`),
  });
}

/** The directory of a user's own daemon's sockets (libvirt's docs/daemons.rst). */
function runtimeDirectory(uid: number): string {
  const given = environment().find((one) => one.startsWith("XDG_RUNTIME_DIR="));
  return given?.slice(given.indexOf("=") + 1) || `/run/user/${uid}`;
}
