import { findUser } from "./accounts.ts";
import { fileStatus } from "./file.ts";
import { findProgram } from "./program.ts";
import { userId } from "./self.ts";
import type { Waiting } from "./setting_file.ts";

/** A program with its arguments and what its environment gets for its user. */
export interface RunAs {
  path: string;
  args: string[];
  env: Record<string, string>;
}

/**
 * The command that runs another as a user: with the user's groups, HOME, USER
 * and LOGNAME, and XDG_RUNTIME_DIR where the user has one (is logged in, or
 * lingers). util-linux's `setpriv` does it, because it changes the user, all
 * groups included, and then becomes the program: no process stays between.
 *
 * @returns why it is not possible, as a text
 */
export function runAs(
  user: string,
  path: string,
  args: readonly string[],
  search: string,
  waiting: Waiting,
): RunAs | string {
  const found = findUser(user, waiting);
  if (found === undefined) return `there is no user ${user} on this host`;
  const { uid, gid, home } = found;
  const runtime = `/run/user/${uid}`;
  const env = {
    HOME: home,
    USER: user,
    LOGNAME: user,
    ...(fileStatus(runtime)?.uid === uid ? { XDG_RUNTIME_DIR: runtime } : {}),
  };
  if (userId() === uid) return { path, args: [...args], env };
  if (userId() !== 0) return `user ${userId()} cannot run commands as ${user}; only root can`;
  const setpriv = findProgram("setpriv", search);
  if (setpriv === undefined) {
    return "setpriv is missing, which runs commands as other users: install util-linux";
  }
  return {
    path: setpriv,
    args: [`--reuid=${uid}`, `--regid=${gid}`, "--init-groups", "--", path, ...args],
    env,
  };
}
