import type { Issue } from "../base/issue.ts";
import { type FileReader, isTrouble } from "../system/file_reader.ts";
import { trustIssue } from "./trust.ts";

/**
 * Why a file is not used. `missing`: it does not exist. `unreadable`: this user
 * may not read it. `untrusted`: another user could have written it. `invalid`:
 * its contents are wrong, or it cannot be read for another reason.
 */
export type Trouble = "missing" | "unreadable" | "untrusted" | "invalid";

/**
 * Reads a text that only root or this user can have written. Trust is checked
 * first: nothing of an untrusted file is read.
 *
 * @param uid The user hookvisor runs as.
 * @param most The largest size in bytes.
 */
export function readTrusted(
  files: FileReader,
  path: string,
  uid: number,
  most: number,
): { text: string } | { trouble: Trouble; issue: Issue } {
  const chain = files.chain(path);
  if (isTrouble(chain)) return { trouble: KINDS[chain.trouble], issue: issueOf(path, chain.message) };
  const issue = trustIssue(path, chain, uid);
  if (issue) return { trouble: "untrusted", issue };

  const read = files.read(path, most);
  if (isTrouble(read)) return { trouble: KINDS[read.trouble], issue: issueOf(path, read.message) };
  const looked = chain[chain.length - 1];
  if (looked?.device !== read.device || looked.inode !== read.inode) {
    return {
      trouble: "untrusted",
      issue: issueOf(path, "the file was replaced while it was read", "try again"),
    };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(read.bytes) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { trouble: "invalid", issue: issueOf(path, "the file is not UTF-8", "save it as UTF-8") };
  }
}

const KINDS = { missing: "missing", denied: "unreadable", other: "invalid" } as const;

/** An error about a file as a whole. */
export function issueOf(file: string, message: string, hint?: string): Issue {
  return { severity: "error", file, line: 0, column: 0, message, ...(hint ? { hint } : {}) };
}
