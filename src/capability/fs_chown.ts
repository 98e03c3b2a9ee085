import { type Answer, type CallContext, type Capability, type Failure, misuse } from "./capability.ts";
import { changeHeld } from "./change_held.ts";
import { shown } from "./shown.ts";
import type { Json } from "../base/json.ts";
import { findGroup, findUser } from "../system/accounts.ts";
import { setOwner } from "../system/file.ts";

const UNCHANGED = 0xffffffff;
const MOST_ID = 0xfffffffe;

/** `host.fs.chown(path, user, group)`: by name or number; null keeps the current one. */
export const fsChown: Capability = {
  name: "fs.chown",
  within: "write",
  run: (args, context) => checked(args, context, (held, _, uid, gid) => setOwner(held, uid, gid)),
  dryRun: (args, context, tell) =>
    checked(args, context, (_, path) => tell(`give ${path} to ${shownOwner(args[1], args[2])}`)),
};

function checked(
  [path, user, group]: readonly Json[],
  context: CallContext,
  act: (held: number, path: string, uid: number, gid: number) => void,
): Answer {
  const uid = idOf(user, (name) => findUser(name, context)?.uid);
  if (uid === undefined) return unknownAccount("user", user);
  const gid = idOf(group, (name) => findGroup(name, context));
  if (gid === undefined) return unknownAccount("group", group);
  return changeHeld("fs.chown", path, context, (held, path) => act(held, path, uid, gid));
}

function idOf(given: Json | undefined, find: (name: string) => number | undefined): number | undefined {
  if (given === null || given === undefined) return UNCHANGED;
  if (typeof given === "number") {
    return Number.isInteger(given) && given >= 0 && given <= MOST_ID ? given : undefined;
  }
  return typeof given === "string" ? find(given) : undefined;
}

function unknownAccount(kind: string, given: Json | undefined): Failure {
  const shown = JSON.stringify(given)?.slice(0, 100);
  return misuse(
    `host.fs.chown: the ${kind} ${shown} does not exist on this host; give a name, a number or null`,
  );
}

function shownOwner(user: Json | undefined, group: Json | undefined): string {
  const parts = [
    ...(user === undefined || user === null ? [] : [`user ${shown(user)}`]),
    ...(group === undefined || group === null ? [] : [`group ${shown(group)}`]),
  ];
  return parts.length === 0 ? "its owner unchanged" : parts.join(" and ");
}
