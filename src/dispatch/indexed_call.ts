import type { Directories } from "./directories.ts";
import { currentIndex } from "./handler_cache.ts";
import { obeyCheckpoint } from "./obey_checkpoint.ts";
import { isForNobody } from "./is_for_nobody.ts";
import type { Background } from "./start_background.ts";
import { writeRecord } from "../journal/write_record.ts";
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
  if (index !== undefined) obeyCheckpoint(index.config.config, directories);
  if (index !== undefined && !mustPlayBack && isForNobody(index, event)) {
    writeRecord(directories.log, event, {
      verdict: "success",
      exitCode: 0,
      handlers: [],
      log: index.config.config.log,
    });
    return goOn();
  }
  const { callWithHandlers } = await import("./call_with_handlers.ts");
  return await callWithHandlers(event, known, directories, { background, index });
}
