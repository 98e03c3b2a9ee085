import { hasRuns } from "./background_runs.ts";
import { performCall, type PerformedCall } from "./perform_call.ts";
import { INPUT_LIMIT } from "./input_limit.ts";
import { recordCall } from "./record_call.ts";
import { startBackground } from "./start_background.ts";
import { CHECKPOINTS } from "../checkpoint/enabled.ts";
import { writeRecord } from "../records/write_record.ts";
import type { HookRecord } from "../records/record.ts";
import { findIndex } from "../site/index_file.ts";
import type { Config } from "../site/config.ts";
import type { Directories } from "../site/directories.ts";
import { matchesNone } from "../site/matches_none.ts";
import { callTimeout } from "../site/settings.ts";
import { siteForCall } from "../site/site_for_call.ts";
import { mayPlayBack } from "../undo/plays_back.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { HookData } from "../protocol/hook_data.ts";
import { HookDataError } from "../protocol/hook_data_error.ts";
import type { Operation } from "../protocol/operations.ts";
import { type GiveReply, goOn, type Reply } from "../protocol/reply.ts";
import { callerId, callerName, environmentNames, isCallerGone } from "../system/proc.ts";
import { userId } from "../system/self.ts";
import { StdinReader } from "../system/stdin.ts";

export { makeEngineReady } from "../sandbox/make_engine.ts";

/**
 * A hook call from libvirt on a host with handlers; it ends at once when the index says that none matches.
 *
 * @param mustPlayBack something that guests hold may have to be undone, whether a handler matches or not
 */
export async function libvirtCall(
  event: HookEvent,
  known: Operation,
  directories: Directories,
  mustPlayBack: boolean,
  give: GiveReply,
): Promise<Reply> {
  const found = findIndex(directories);
  if (found?.isCurrent && !mustPlayBack && matchesNone(found.index, event)) {
    const { config } = found.index.config;
    await CHECKPOINTS.removeUnwanted(config, directories);
    const reply = give(goOn());
    writeRecord(directories.log, event, { verdict: "success", exitCode: 0, handlers: [], log: config.log });
    await recordKilledRuns(directories, config);
    return reply;
  }
  const caller = callerName();
  const callerProcess = callerId();
  // This runs before a handler does, because the permission to look is dropped then.
  const environment = environmentNames();
  const performed = await performCall(
    {
      began: 0,
      caller,
      site: () => siteForCall(directories, userId(), event, found),
      timeoutMs: callTimeout,
      input: (loop) => {
        const stdin = new StdinReader(loop, INPUT_LIMIT);
        return (deadline) => stdin.read(deadline);
      },
      startBackground,
      tellSupervisor: true,
      async giveBack(call, aborted) {
        const isDue = mayPlayBack(known, aborted);
        // The guest of an event may have ended by now, and its release too. And a daemon that has died
        // meanwhile starts no guest: what a handler set for it after the next daemon looked would stay.
        const isEvent = known.event !== undefined;
        const isOrphan = !isDue && !isEvent && call.lazyJournal.exists && isCallerGone(callerProcess);
        if (!call.lazyJournal.exists || !(isDue || isEvent || isOrphan)) return [];
        const { playBackAfterCall, playBackLate } = await import("../undo/play_back_after_call.ts");
        if (isDue) return await playBackAfterCall(call, aborted);
        if (isOrphan) call.note(`${caller ?? "the daemon"}, which made this call, has ended meanwhile`);
        return await playBackLate(call);
      },
    },
    event,
    known,
    directories,
  );
  const reply = give(performed.reply);
  await CHECKPOINTS.removeUnwanted(performed.config, directories);
  const record = await recordCall(event, performed.record, directories);
  await keepForReplay(record, event, performed, directories, environment);
  await recordKilledRuns(directories, performed.config);
  return reply;
}

/** Writes the missing records of handlers in the background that were killed. */
async function recordKilledRuns(directories: Directories, { log }: Config): Promise<void> {
  if (!hasRuns(directories)) return;
  const { recordKilled } = await import("./record_killed.ts");
  recordKilled(directories, log);
}

/** Keeps the whole call, when `config.yaml` asks for it. */
async function keepForReplay(
  { id, time, driver, object, subOperation, extra, caller }: HookRecord,
  { calledOperation }: HookEvent,
  { config, data, deadline }: PerformedCall,
  { log }: Directories,
  environment: string[],
): Promise<void> {
  if (config.record.keep === 0) return;
  const { keepForReplay } = await import("../records/replay_calls.ts");
  data.deadline = deadline;
  keepForReplay(log, {
    ...{ id, time, driver, object, operation: calledOperation, subOperation, extra },
    xml: inputText(data),
    environment,
    ...(caller === undefined ? {} : { caller }),
  }, config.record.keep);
}

/** What came on standard input, whole or not at all. */
function inputText(data: HookData): string {
  try {
    return data.isEmpty ? "" : new TextDecoder().decode(data.bytes);
  } catch (error) {
    if (error instanceof HookDataError) return "";
    throw error;
  }
}
