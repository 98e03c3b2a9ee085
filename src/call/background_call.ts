import { endRun } from "./background_runs.ts";
import type { Background } from "./call_kind.ts";
import { INPUT_LIMIT } from "./input_limit.ts";
import { performCall } from "./perform_call.ts";
import { recordCall } from "./record_call.ts";
import type { Directories } from "../site/directories.ts";
import { siteForCall } from "../site/site_for_call.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { Operation } from "../protocol/operations.ts";
import type { Reply } from "../protocol/reply.ts";
import { userId } from "../system/self.ts";
import { StdinReader } from "../system/stdin.ts";

/** Repeats the call with that one handler; no process waits for it. */
export async function backgroundCall(
  event: HookEvent,
  known: Operation,
  directories: Directories,
  { handler, of, caller }: Background,
): Promise<Reply> {
  const { reply, record: told } = await performCall(
    {
      began: 0,
      caller,
      site: () => siteForCall(directories, userId(), event, undefined),
      timeoutMs: (config) => config.background.timeoutMs,
      input: (loop) => {
        const stdin = new StdinReader(loop, INPUT_LIMIT);
        return (deadline) => stdin.read(deadline);
      },
      only: handler,
      async giveBack(call) {
        if (!call.lazyJournal.exists) return [];
        const { playBackLate } = await import("../undo/play_back_after_call.ts");
        return await playBackLate(call);
      },
      background: of,
    },
    event,
    known,
    directories,
  );
  await recordCall(event, told, directories);
  endRun(directories, { handler, of });
  return reply;
}
