import type { Directories } from "../site/directories.ts";
import { playsBack } from "../undo/plays_back.ts";
import { writeRecord } from "../records/write_record.ts";
import { type HookEvent, parseEvent } from "../protocol/event.ts";
import { findOperation, type Operation } from "../protocol/operations.ts";
import { abort, goOn, goOnWith, type Reply } from "../protocol/reply.ts";
import { hasHandlers, hasJournal } from "../system/has_handlers.ts";

/** Answers a hook call whose arguments are understood. */
export type AnswerCall = (event: HookEvent, directories: Directories) => Promise<Reply>;

/**
 * One hook call, from its arguments to its reply. What most calls need is
 * here; what a call with handlers needs is loaded only then. Never throws.
 *
 * @param answer what is done with it; by default what libvirt wants
 */
export async function hookCall(
  driver: string,
  args: readonly string[],
  directories: Directories,
  answer: AnswerCall = answerLibvirt,
): Promise<Reply> {
  try {
    const parsed = parseEvent(driver, args);
    if ("error" in parsed) {
      return faulty(driver, args, directories, parsed.error.known, parsed.error.message);
    }
    return await answer(parsed.event, directories);
  } catch (error) {
    const message = `internal error, please report it: ${
      error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    }`;
    return faulty(driver, args, directories, findOperation(driver, args[1] ?? ""), message);
  }
}

async function answerLibvirt(event: HookEvent, directories: Directories): Promise<Reply> {
  const { known } = event;
  const mustPlayBack = playsBack(known) && hasJournal(directories.state);
  const mayMatch = mustPlayBack || hasHandlers(directories.config);
  if (known === undefined || !mayMatch) {
    const notes = known === undefined
      ? [`unknown operation ${event.driver}/${event.operation}: nothing to do`]
      : [];
    writeRecord(directories.log, event, { verdict: "success", exitCode: 0, handlers: [], notes });
    return goOn();
  }
  const { libvirtCall } = await import("./libvirt_call.ts");
  return await libvirtCall(event, known, directories, mustPlayBack);
}

/**
 * A call that cannot be understood, or a fault of ours: said in one line and
 * recorded; libvirt gets the answer it would get for a failed handler, as far
 * as the operation is known.
 */
function faulty(
  driver: string,
  [object = "", operation = "", subOperation = "", extra = ""]: readonly string[],
  directories: Directories,
  known: Operation | undefined,
  reason: string,
): Reply {
  const aborts = known?.onFailure === "abort";
  const event = { driver, object, operation, calledOperation: operation, subOperation, extra };
  const verdict = aborts ? "abort" : "ignore";
  writeRecord(directories.log, event, { verdict, exitCode: aborts ? 1 : 0, handlers: [], reason });
  return aborts ? abort(reason) : goOnWith(reason);
}
