import type { Directories } from "../site/directories.ts";
import { playsBack } from "../undo/plays_back.ts";
import { writeRecord } from "../records/write_record.ts";
import { type HookEvent, parseEvent } from "../protocol/event.ts";
import { findOperation, type Operation } from "../protocol/operations.ts";
import { abort, type GiveReply, goOn, goOnWith, type Reply } from "../protocol/reply.ts";
import { hasHandlers, hasJournal } from "../system/has_handlers.ts";

/** Answers a hook call whose arguments are understood. */
export type AnswerCall = (event: HookEvent, directories: Directories, give: GiveReply) => Promise<Reply>;

/** How a call differs from one that only returns its reply. */
export interface HookCallOptions {
  /** What happens to the reply; by default hookvisor answers libvirt. */
  answer?: AnswerCall;
  /** Receives the reply before the record is written. */
  give?(reply: Reply): void;
}

/**
 * One hook call, from its arguments to its reply. This file holds what most
 * calls need; what a call with handlers needs is loaded only then.
 *
 * @throws only what `give` throws: half a reply must not be taken for one
 */
export async function hookCall(
  driver: string,
  args: readonly string[],
  directories: Directories,
  { answer = answerLibvirt, give = () => {} }: HookCallOptions = {},
): Promise<Reply> {
  let given: Reply | undefined;
  let isGiven = false;
  const giveOnce = (reply: Reply) => {
    if (given !== undefined) return given;
    give(given = reply);
    isGiven = true;
    return reply;
  };
  try {
    const parsed = parseEvent(driver, args);
    if ("error" in parsed) {
      return faulty(driver, args, directories, parsed.error.known, parsed.error.message, giveOnce);
    }
    return giveOnce(await answer(parsed.event, directories, giveOnce));
  } catch (error) {
    if (isGiven && given !== undefined) return given;
    if (given !== undefined) throw error;
    const message = `internal error, please report it: ${
      error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    }`;
    return faulty(driver, args, directories, findOperation(driver, args[1] ?? ""), message, giveOnce);
  }
}

async function answerLibvirt(event: HookEvent, directories: Directories, give: GiveReply): Promise<Reply> {
  const { known } = event;
  const mustPlayBack = playsBack(known) && hasJournal(directories.state);
  const mayMatch = mustPlayBack || hasHandlers(directories.config);
  if (known === undefined || !mayMatch) {
    const notes = known === undefined
      ? [`unknown operation ${event.driver}/${event.operation}: nothing to do`]
      : [];
    const reply = give(goOn());
    writeRecord(directories.log, event, { verdict: "success", exitCode: 0, handlers: [], notes });
    return reply;
  }
  const { libvirtCall } = await import("./libvirt_call.ts");
  return await libvirtCall(event, known, directories, mustPlayBack, give);
}

/**
 * A call that hookvisor cannot understand, or a bug of its own: one line
 * reports it, the record keeps it, and libvirt gets the answer for a failed
 * handler, as far as the operation is known.
 */
function faulty(
  driver: string,
  [object = "", operation = "", subOperation = "", extra = ""]: readonly string[],
  directories: Directories,
  known: Operation | undefined,
  reason: string,
  give: GiveReply,
): Reply {
  const aborts = known?.onFailure === "abort";
  const event = { driver, object, operation, calledOperation: operation, subOperation, extra };
  const verdict = aborts ? "abort" : "ignore";
  const reply = give(aborts ? abort(reason) : goOnWith(reason));
  writeRecord(directories.log, event, { verdict, exitCode: aborts ? 1 : 0, handlers: [], reason });
  return reply;
}
