import type { RunPlanned } from "./run_handlers.ts";
import { eventFields } from "./event_fields.ts";
import { eventCapabilities, LAZY_FIELDS } from "./event_capabilities.ts";
import { keptLazily } from "./kept_lazily.ts";
import { guestOf } from "../undo/plays_back.ts";
import { editCalls, type Edits } from "./xml_edit_calls.ts";
import type { Capability } from "../capability/capability.ts";
import { Grant } from "../capability/grant.ts";
import { CAPABILITIES } from "../capability/capabilities.ts";
import type { LazyJournal } from "../undo/lazy_journal.ts";
import type { Config } from "../site/config.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { HookData } from "../protocol/hook_data.ts";
import { type HandlerResult, runHandler } from "../sandbox/run_handler.ts";
import type { Loop } from "../system/loop.ts";
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
  wrap?: WrapCapabilities | undefined;
}

/** Puts others in the place of a handler's capabilities. */
export type WrapCapabilities = (
  capabilities: ReadonlyMap<string, Capability>,
  handler: string,
) => ReadonlyMap<string, Capability>;

/** Wires engine, grant and capabilities for the handlers of one call. */
export function handlerRunner(setting: CallSetting): RunPlanned {
  const { event, config, loop, data, caller, lazyJournal, detach, wrap } = setting;
  const guest = guestOf(event, caller);
  const fields = eventFields(event, caller);
  const shared = [...CAPABILITIES, ...eventCapabilities(data, event.driver === "network")];
  let mayAsk = true;
  return async ({ handler }, { options, deadline }) => {
    const { manifest } = handler;
    if (manifest === undefined) throw new Error(`${handler.name} has no manifest and cannot be run`);
    if (manifest.mode === "background" && detach !== undefined) return detach(handler.name);
    if (mayAsk) dropPermissions();
    mayAsk = false;
    const edits = await editsOf(event, data, manifest.allow.xml);
    data.deadline = deadline;
    const kept = async () => {
      const [{ keptCapabilities }] = await Promise.all([
        import("./kept_capabilities.ts"),
        lazyJournal.load(),
      ]);
      return keptCapabilities(lazyJournal, guest, handler.name, manifest.state === "keep", data);
    };
    const capabilities = new Map<string, Capability>([
      ...shared,
      ...editCalls(edits, event, handler.name),
      ...keptLazily(kept),
    ]);
    const result = await runHandler({
      file: handler.file,
      source: handler.source,
      event: fields,
      lazy: LAZY_FIELDS,
      options,
      grant: new Grant(handler.name, manifest.allow, config.policy),
      capabilities: wrap === undefined ? capabilities : wrap(capabilities, handler.name),
      deadline,
    }, loop);
    data.preview = undefined;
    return result.outcome.ok && edits !== undefined ? withEdits(result, edits) : result;
  };
}

/** A handler's edits of the XML, where libvirt takes XML back and the manifest allows it. */
async function editsOf(event: HookEvent, data: HookData, allowed: boolean): Promise<Edits | undefined> {
  if (event.known?.returnsXml !== true || !allowed) return undefined;
  const { XmlEdits } = await import("./xml_edits.ts");
  return new XmlEdits(data);
}

/** The edits of a handler that succeeded; XML that libvirt must not get makes it a failure after all. */
function withEdits(result: HandlerResult, edits: Edits): HandlerResult & { xmlDiff?: string } {
  const kept = edits.keep();
  if ("error" in kept) return { ...result, outcome: { ok: false, cause: "error", message: kept.error } };
  return kept.changed === undefined ? result : { ...result, xmlDiff: kept.changed };
}
