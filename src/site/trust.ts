import type { FileStat } from "../system/file_reader.ts";
import type { Issue } from "../base/issue.ts";

const ROOT = 0;
const STICKY = 0o1000;
const WRITE_BY_GROUP = 0o020;
const WRITE_BY_OTHERS = 0o002;

/**
 * Whether a user other than root and `uid` could have written or replaced a file. An access list (ACL) that
 * lets others write shows in the group's bits, so this check sees it too.
 *
 * @param path The path that was asked for.
 * @param chain `lstat` of every step of it from `/` on, and, after a symbolic link, of every step of the path it leads
 * to; the last is the file itself.
 * @param uid The user hookvisor runs as.
 * @param kind The kind that the last step must have.
 * @returns The first reason not to trust it, or undefined.
 */
export function trustIssue(
  path: string,
  chain: readonly FileStat[],
  uid: number,
  kind: "file" | "directory" = "file",
): Issue | undefined {
  const issue = (message: string, hint: string): Issue => ({
    severity: "error",
    file: path,
    line: 0,
    column: 0,
    message,
    hint,
  });
  const last = chain[chain.length - 1];
  if (!last) return issue("its owner is unknown", "check it with ls -l");
  if (kind === "file" ? !last.isFile : !last.isDirectory) {
    return issue(`${last.path} is not a ${kind === "file" ? "regular file" : "directory"}`, "replace it");
  }
  for (const [i, step] of chain.entries()) {
    if (step.uid !== ROOT && step.uid !== uid) {
      const who = uid === ROOT ? "root" : `root or user ${uid}`;
      return issue(`${step.path} is owned by user ${step.uid}, not by ${who}`, `chown root ${step.path}`);
    }
    // A link's own mode means nothing: no user can write to a link.
    const writers = step.isSymlink ? 0 : step.mode & (WRITE_BY_GROUP | WRITE_BY_OTHERS);
    if (writers === 0 || isSafeFor(step, chain[i + 1])) continue;
    const who = writers & WRITE_BY_OTHERS ? "everyone" : `group ${step.gid}`;
    return issue(`${step.path} can be written by ${who}`, `chmod go-w ${step.path}`);
  }
  return undefined;
}

/**
 * In a sticky directory only the owner of an entry can remove or rename it. The entry's owner is checked at
 * the next step.
 */
function isSafeFor(directory: FileStat, entry: FileStat | undefined): boolean {
  if (!directory.isDirectory || !(directory.mode & STICKY) || !entry) return false;
  return parentOf(entry.path) === directory.path;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
