import type { Answer, CallContext, Pending } from "./capability.ts";
import type { Json } from "../base/json.ts";
import type { Allow } from "../manifest/manifest.ts";
import type { Policy } from "../site/config.ts";
import { startApart } from "../system/apart.ts";
import { processId } from "../system/process_id.ts";

/** A handler's call that a separate process makes, with all that this process must know. */
export interface CallRequest {
  kind: "call";
  name: string;
  args: readonly Json[];
  grant: { handler: string; allow: Allow; policy: Policy };
  guest: { driver: string; name: string };
  keepsState: boolean;
  /** Driver, object, operation, sub-operation, extra. */
  event: readonly string[];
  /** Where the journal is. */
  state: string;
  /** The process that makes the hook call. */
  maker: number;
  /** The time that is left, in milliseconds. */
  ms: number;
}

/** The answer comes a moment before the handler's deadline, so that the process can end what it has started. */
const MOMENT_MS = 50;

/** Makes a handler's call in a process that the hook call can abandon. */
export function callApart(name: string, args: readonly Json[], context: CallContext): Answer | Pending {
  const { handler, grant, loop, deadline } = context;
  const { driver, object, calledOperation, subOperation, extra } = handler.event;
  const request: CallRequest = {
    kind: "call",
    name,
    args,
    grant: grant.source,
    guest: handler.guest,
    keepsState: handler.keepsState,
    event: [driver, object, calledOperation, subOperation, extra],
    state: handler.lazyJournal.directory,
    maker: processId(),
    ms: Math.max(0, deadline.remaining - MOMENT_MS),
  };
  const apart = startApart(loop, request, (answer) =>
    context.answer(
      "json" in answer
        ? JSON.parse(answer.json) as Answer
        : { error: { name: "SystemError", code: "EIO", message: `host.${name}: ${answer.error}` } },
    ));
  return {
    pending: true,
    stop: apart.stop,
    kill: apart.kill,
    get running() {
      return apart.running;
    },
    get isLeftBehind() {
      return apart.isLeftBehind;
    },
  };
}
