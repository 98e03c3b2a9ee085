import type { Directories } from "../site/directories.ts";
import { currentIndex } from "../site/current_index.ts";
import { removeUnwantedCheckpoint } from "../checkpoint/remove_unwanted.ts";
import { matchesNone } from "../site/matches_none.ts";
import type { Background } from "./start_background.ts";
import { writeRecord } from "../records/write_record.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { Operation } from "../protocol/operations.ts";
import { goOn, type Reply } from "../protocol/reply.ts";

/** A hook call where there are handlers: over at once when the index says that none is for it. */
export async function indexedCall(
  event: HookEvent,
  known: Operation,
  directories: Directories,
  { background, mustPlayBack }: { background: Background | undefined; mustPlayBack: boolean },
): Promise<Reply> {
  const index = background === undefined ? currentIndex(directories) : undefined;
  if (index !== undefined) removeUnwantedCheckpoint(index.config.config, directories);
  if (index !== undefined && !mustPlayBack && matchesNone(index, event)) {
    writeRecord(directories.log, event, {
      verdict: "success",
      exitCode: 0,
      handlers: [],
      log: index.config.config.log,
    });
    return goOn();
  }
  const { callWithHandlers } = await import("./handlers_call.ts");
  return await callWithHandlers(event, known, directories, { background, index });
}
