import type { RunStep } from "./dispatch.ts";
import { eventFields } from "./event_fields.ts";
import { eventCapabilities, LAZY_FIELDS } from "./event_capabilities.ts";
import { keptLazily } from "./kept_lazily.ts";
import { guestOf } from "./plays_back.ts";
import { editCalls, type Edits } from "./xml_edit_calls.ts";
import type { Capability } from "../capability/capability.ts";
import { Grant } from "../capability/grant.ts";
import { CAPABILITIES } from "../capability/table.ts";
import type { LedgerDoor } from "../ledger/door.ts";
import type { Config } from "../manifest/config.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { HookData } from "../protocol/hook_data.ts";
import { EngineMaker } from "../sandbox/make_engine.ts";
import { type HandlerResult, runHandler } from "../sandbox/run_handler.ts";
import type { Loop } from "../system/loop.ts";
import { isRestored } from "../system/restored.ts";
import { dropPermissions } from "../system/self.ts";

/**
 * Images are used by calls of at most this many handlers. With more, V8 has
 * soon compiled what reads source text, and then that takes less time than
 * another image; in a process restored from a checkpoint it has from the
 * beginning (docs/performance.md).
 */
const MOST_IMAGES = 8;

/** What all handlers of one call share. */
export interface CallSetting {
  event: HookEvent;
  config: Config;
  loop: Loop;
  data: HookData;
  caller: string | undefined;
  door: LedgerDoor;
  /** How many handlers have a turn. */
  count: number;
  /** Starts a handler whose mode is background; absent: it runs here. */
  detach?: ((handler: string) => Promise<HandlerResult & { background?: true }>) | undefined;
  wrap?: WrapCapabilities;
}

/** Puts others in the place of a handler's powers. */
export type WrapCapabilities = (
  capabilities: ReadonlyMap<string, Capability>,
  handler: string,
) => ReadonlyMap<string, Capability>;

/** Wires engine, grant and capabilities for the handlers of one call. */
export function handlerRunner(setting: CallSetting): RunStep {
  const { event, config, loop, data, caller, door, detach, wrap, count } = setting;
  const guest = guestOf(event, caller);
  const fields = eventFields(event, caller);
  const shared = [...CAPABILITIES, ...eventCapabilities(data, event.driver === "network")];
  let maker: EngineMaker | undefined;
  return async ({ handler }, { options, deadline }) => {
    const { manifest } = handler;
    if (manifest === undefined) throw new Error(`${handler.name} has no manifest and cannot be run`);
    if (manifest.mode === "background" && detach !== undefined) return await detach(handler.name);
    if (maker === undefined) {
      maker = new EngineMaker();
      dropPermissions();
    }
    const edits = await editsOf(event, data, manifest.allow.xml);
    data.deadline = deadline;
    const kept = async () => {
      const [{ keptCapabilities }] = await Promise.all([import("./kept_capabilities.ts"), door.load()]);
      return keptCapabilities(door, guest, handler.name, manifest.state === "keep", data);
    };
    const capabilities = new Map<string, Capability>([
      ...shared,
      ...editCalls(edits, event, handler.name),
      ...keptLazily(kept),
    ]);
    const result = await runHandler(maker, {
      file: handler.file,
      source: handler.code,
      ...(handler.image && count <= MOST_IMAGES && !isRestored() && { image: handler.image }),
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
