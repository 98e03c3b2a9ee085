import { Command, type CommandResult } from "./command.ts";
import { findProgram } from "./program.ts";
import { readText } from "./read_text.ts";
import type { Waiting } from "./setting_file.ts";
import { waitUntil } from "./wait.ts";

/** A user, with the fields of passwd(5). */
export interface User {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

const LIMIT = 4 * 1024 * 1024;
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** A user by name: from /etc/passwd, else from this host's other user databases (`getent`). Undefined if none exists. */
export function findUser(name: string, waiting: Waiting): User | undefined {
  const fields = entry("passwd", name, waiting);
  if (fields === undefined) return undefined;
  const [, , uid, gid, , home] = fields;
  if (!isId(uid) || !isId(gid)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home: home === undefined || home === "" ? "/" : home };
}

/** The id of a group by name. */
export function findGroup(name: string, waiting: Waiting): number | undefined {
  const gid = entry("group", name, waiting)?.[2];
  return isId(gid) ? Number(gid) : undefined;
}

function isId(text: string | undefined): boolean {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1;
}

function entry(database: "passwd" | "group", name: string, waiting: Waiting): string[] | undefined {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.$@\\-]*$/.test(name)) return undefined;
  const text = readText(`/etc/${database}`, LIMIT) ?? "";
  const line = lineOf(text, name) ?? lineOf(getent(database, name, waiting), name);
  return line?.split(":");
}

function lineOf(text: string, name: string): string | undefined {
  return text.split("\n").find((line) => line.startsWith(`${name}:`));
}

/**
 * The answer of the name service, which may query a directory server and so take long; this waits only for
 * the remaining time.
 */
function getent(database: string, name: string, { loop, deadline }: Waiting): string {
  const path = findProgram("getent", PATH);
  if (path === undefined) return "";
  let result: CommandResult | undefined;
  const command = new Command(loop, {
    path,
    args: [database, name],
    env: { LC_ALL: "C", PATH },
    stdin: "",
    outputLimit: 65_536,
    timeoutMs: Infinity,
    graceMs: 0,
    done: (it) => result = it,
  });
  if (!waitUntil(() => result !== undefined, loop, deadline)) command.kill();
  return result?.code === 0 ? result.stdout : "";
}
