import type { RunPlanned } from "./run_handlers.ts";
import { eventFields } from "./event_fields.ts";
import { guestOf } from "../undo/plays_back.ts";
import type { RunningHandler } from "../capability/capability.ts";
import { Grant } from "../capability/grant.ts";
import { CAPABILITIES } from "../capability/capabilities.ts";
import type { LazyJournal } from "../undo/lazy_journal.ts";
import type { Config } from "../site/config.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { HookData } from "../protocol/hook_data.ts";
import { type HandlerResult, runHandler } from "../sandbox/run_handler.ts";
import type { Loop } from "../system/loop.ts";
import { actLikeDaemon } from "../system/like_a_daemon.ts";
import { dropPermissions } from "../system/self.ts";

/** What all handlers of one call share. */
export interface CallSetting {
  event: HookEvent;
  config: Config;
  loop: Loop;
  data: HookData;
  caller: string | undefined;
  lazyJournal: LazyJournal;
  /** Starts a handler whose mode is background; absent: it runs here. */
  detach?: ((handler: string) => HandlerResult & { background?: true }) | undefined;
  dryRun?: TellDryRun | undefined;
}

/** A call that changes nothing; this receives, in words, what each handler would have done. */
export type TellDryRun = (handler: string, what: string) => void;

/** Wires engine, grant and capabilities together for the handlers of one call. */
export function handlerRunner(setting: CallSetting): RunPlanned {
  const { event, config, loop, data, caller, lazyJournal, detach, dryRun } = setting;
  const guest = guestOf(event, caller);
  const fields = eventFields(event, caller);
  // libvirt does not wait for the handlers of events, so these may call it, unless the site denies that to
  // all.
  const mayCall = event.known?.event !== undefined && config.policy.libvirtClients !== "deny";
  const policy = mayCall ? { ...config.policy, libvirtClients: "allow" as const } : config.policy;
  let mayAsk = true;
  return async ({ handler }, { options, deadline }) => {
    const { manifest } = handler;
    if (manifest === undefined) throw new Error(`${handler.name} has no manifest and cannot be run`);
    if (manifest.mode === "background" && detach !== undefined) return detach(handler.name);
    if (mayAsk) {
      dropPermissions();
      actLikeDaemon();
    }
    mayAsk = false;
    data.deadline = deadline;
    const { name } = handler;
    const running: RunningHandler = {
      ...{ name, guest, event, data, lazyJournal },
      keepsState: manifest.state === "keep",
    };
    const result = await runHandler({
      file: handler.file,
      source: handler.source,
      event: fields,
      options,
      deadline,
      host: {
        handler: running,
        grant: new Grant(name, manifest.allow, policy),
        capabilities: CAPABILITIES,
        dryRun: dryRun && ((what) => dryRun(name, what)),
      },
    }, loop);
    data.preview = undefined;
    return result.outcome.ok ? await withEdits(result, running) : result;
  };
}

/**
 * Keeps the edits of a handler that succeeded; XML that libvirt must not receive turns the success into a
 * failure.
 */
async function withEdits(
  result: HandlerResult,
  { editor, data }: RunningHandler,
): Promise<HandlerResult & { xmlDiff?: string }> {
  if (editor?.changed !== true) return result;
  const { keepEdits } = await import("./keep_edits.ts");
  const kept = keepEdits(editor, data);
  if ("error" in kept) return { ...result, outcome: { ok: false, cause: "error", message: kept.error } };
  return { ...result, xmlDiff: kept.changed };
}
