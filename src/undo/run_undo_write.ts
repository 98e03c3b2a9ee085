import type { UndoWrite } from "./held_changes.ts";
import type { Played } from "./play_back.ts";
import { askApart } from "./ask_apart.ts";
import { Deadline } from "../base/deadline.ts";
import { walk } from "../system/file.ts";
import { isKernelFile, writeKernelFile } from "../system/kernel_file.ts";
import type { Waiting } from "../system/setting_file.ts";
import { guarded, MayHang } from "../system/slow_mounts.ts";
import { SystemError } from "../system/system_error.ts";
import type { Policy } from "../site/config.ts";
import { DeniedPaths } from "../site/denied_paths.ts";

/** What should be undone is gone with its file: a driver that is unloaded, a device that was taken away. */
const GONE = ["ENOENT", "ENOTDIR"];

/** How long one text may delay the other steps, in milliseconds. */
const MOST_MS = 3_000;

/** A text to write, in a separate process (call/do_apart.ts). */
export interface WriteRequest {
  kind: "write";
  what: UndoWrite;
  policy: Policy;
  /** The time that is left, in milliseconds. */
  ms: number;
}

/**
 * Writes a text of `host.fs.undo`, at the undo. The manifest may be gone by
 * then; a text that the site's policy denies now is not written.
 */
export function runUndoWrite(what: UndoWrite, policy: Policy, waiting: Waiting): Played {
  try {
    return guarded(() => writeText(what, policy, waiting));
  } catch (error) {
    if (!(error instanceof MayHang)) throw error;
    // A kernel file answers, but a rule of the policy may match paths on a file system that does not.
    const until = Deadline.in(Math.min(MOST_MS, waiting.deadline.remaining));
    const request: WriteRequest = { kind: "write", what, policy, ms: until.remaining };
    return askApart<Played>(waiting.loop, request, until, `${error.message}; it may yet be written`);
  }
}

/** The same, where this process may hang. */
export function writeText({ write, text, gone = [] }: UndoWrite, policy: Policy, waiting: Waiting): Played {
  try {
    using place = walk(write, true);
    const denied = new DeniedPaths(policy);
    const why = denied.why("write", write) ?? denied.why("write", place.path);
    if (why !== undefined) return { error: why };
    // The path was checked when it was held, and the kernel's own links do not lead elsewhere.
    if (!isKernelFile(place.path)) {
      return { error: `${write} leads to ${place.path}, which is not a kernel file` };
    }
    if (place.status() === undefined) throw new SystemError(2, write);
    writeKernelFile(place, text, waiting.loop, waiting.deadline);
    return {};
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (GONE.includes(error.code)) return { note: "the file is gone" };
    return gone.includes(error.code) ? { note: `${error.message}: gone already` } : { error: error.message };
  }
}
