import type { RunStep } from "./dispatch.ts";
import { eventFields } from "./event_fields.ts";
import { type Answer, type Capability, value } from "../capability/capability.ts";
import { Grant } from "../capability/grant.ts";
import { CAPABILITIES } from "../capability/table.ts";
import type { Json } from "../base/json.ts";
import type { Config } from "../manifest/config.ts";
import type { HookEvent } from "../protocol/event.ts";
import { type HookData, HookDataError } from "../protocol/hook_data.ts";
import { engineMaker } from "../sandbox/make_engine.ts";
import { runHandler } from "../sandbox/run_handler.ts";
import type { Loop } from "../system/loop.ts";
import { dropPermissions } from "../system/self.ts";

/** What all handlers of one call share. */
export interface CallSetting {
  event: HookEvent;
  config: Config;
  loop: Loop;
  data: HookData;
  caller: string | undefined;
}

/** Wires engine, grant and capabilities for the handlers of one call. */
export function handlerRunner({ event, config, loop, data, caller }: CallSetting): RunStep {
  const fields = eventFields(event, caller);
  const fetched = eventCapabilities(data);
  const capabilities = new Map<string, Capability>([...CAPABILITIES, ...fetched]);
  const lazy = [...fetched.keys()].map((name) => name.slice("event.".length));
  const makeEngine = engineMaker();
  dropPermissions();
  return ({ handler }, { options, deadline }) => {
    if (handler.manifest === undefined) throw new Error(`${handler.name} has no manifest and cannot be run`);
    const grant = new Grant(handler.name, handler.manifest.allow, config.policy);
    const task = {
      file: handler.file,
      source: handler.code,
      event: fields,
      lazy,
      options,
      grant,
      capabilities,
      deadline,
    };
    return runHandler(makeEngine, task, loop);
  };
}

/** Fields of `event` that need standard input. */
function eventCapabilities(data: HookData): Map<string, Capability> {
  const field = (get: () => Json | undefined): Capability => () => answer(get);
  return new Map([
    ["event.xml", field(() => data.text)],
    ["event.uuid", field(() => data.uuid)],
  ]);
}

function answer(get: () => Json | undefined): Answer {
  try {
    return value(get() ?? null);
  } catch (error) {
    if (error instanceof HookDataError) return { error: { name: "HookDataError", message: error.message } };
    throw error;
  }
}
