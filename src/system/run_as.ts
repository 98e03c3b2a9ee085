import { findUser } from "./accounts.ts";
import { ENVIRONMENT } from "./command_environment.ts";
import { fileStatus } from "./file.ts";
import { findProgram } from "./program.ts";
import { userId } from "./self.ts";
import type { Waiting } from "./setting_file.ts";

/** A program with its arguments and its whole environment. */
export interface RunAs {
  path: string;
  args: string[];
  env: Record<string, string>;
  /** False where this process already runs as that user. */
  changesUser: boolean;
}

/**
 * The command that runs another as a user: with the user's groups, HOME, USER
 * and LOGNAME, and XDG_RUNTIME_DIR where the user has one (is logged in, or
 * lingers). util-linux's `setpriv` does it, because it changes the user, all
 * groups included, and then becomes the program: no process stays between.
 * Coreutils' `env` adds the extra variables after that, so that `setpriv`
 * itself, which runs as root, does not get them.
 *
 * @param added variables beside those of the user
 * @returns or a text that says why it is not possible
 */
export function runAs(
  user: string,
  path: string,
  args: readonly string[],
  added: Readonly<Record<string, string>>,
  waiting: Waiting,
): RunAs | string {
  const found = findUser(user, waiting);
  if (found === undefined) return `user ${user} does not exist on this host`;
  const { uid, gid, home } = found;
  const runtime = `/run/user/${uid}`;
  const env = {
    HOME: home,
    USER: user,
    LOGNAME: user,
    ...(fileStatus(runtime)?.uid === uid ? { XDG_RUNTIME_DIR: runtime } : {}),
    ...added,
  };
  if (userId() === uid) {
    return { path, args: [...args], env: { ...ENVIRONMENT, ...env }, changesUser: false };
  }
  if (userId() !== 0) return `user ${userId()} cannot run commands as ${user}; only root can`;
  const setpriv = findProgram("setpriv", ENVIRONMENT.PATH);
  if (setpriv === undefined) {
    return "setpriv is missing, which runs commands as other users: install util-linux";
  }
  const envProgram = findProgram("env", ENVIRONMENT.PATH);
  if (envProgram === undefined) return "env is missing, which sets variables: install coreutils";
  if (path.includes("=")) {
    return `${path} cannot be run as another user: env takes a name that contains = for a variable`;
  }
  const variables = Object.entries(env).map(([name, text]) => `${name}=${text}`);
  return {
    path: setpriv,
    args: [
      ...[`--reuid=${uid}`, `--regid=${gid}`, "--init-groups", "--"],
      ...[envProgram, ...variables, path, ...args],
    ],
    env: ENVIRONMENT,
    changesUser: true,
  };
}
