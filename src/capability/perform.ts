import { callApart } from "./call_apart.ts";
import {
  type Answer,
  type CallContext,
  type Capability,
  type Failure,
  notAllowed,
  type Pending,
  type Tell,
} from "./capability.ts";
import type { Json } from "../base/json.ts";
import { NotOrdinary } from "../system/ordinary_file.ts";
import { guarded, MayHang } from "../system/slow_mounts.ts";
import { SystemError } from "../system/system_error.ts";

/**
 * Makes a call, or plays it. Where the system refuses what it needs on its way (memory, say), that is the answer.
 *
 * @param tell a dry run's: nothing changes. A capability that declares neither
 * that it only looks nor what a dry run does is refused: a dry run does nothing
 * that is not known to be harmless.
 */
export function perform(
  capability: Capability,
  args: readonly Json[],
  context: CallContext,
  tell: Tell | undefined,
): Answer | Pending {
  try {
    return runOrPlay(capability, args, context, tell);
  } catch (error) {
    return systemAnswer(capability.name, error);
  }
}

function runOrPlay(
  capability: Capability,
  args: readonly Json[],
  context: CallContext,
  tell: Tell | undefined,
): Answer | Pending {
  if (tell === undefined) return runOrApart(capability, args, context);
  if (capability.looksOnly === true) return capability.run(args, context);
  if (capability.dryRun !== undefined) return capability.dryRun(args, context, tell);
  return notAllowed(
    `host.${capability.name}: this capability does not declare what a dry run does, so the dry run refused it`,
    "this is a bug in hookvisor; please report it",
  );
}

/**
 * Its work on the file system may hang forever, and cannot be ended then: so a process that the hook call can
 * abandon makes the whole call. Until that was known, nothing was done.
 */
function runOrApart(capability: Capability, args: readonly Json[], context: CallContext): Answer | Pending {
  try {
    return guarded(() => capability.run(args, context));
  } catch (error) {
    if (!(error instanceof MayHang)) throw error;
    return callApart(capability.name, args, context);
  }
}

/** A refusal by the system or by our own check, as an answer; anything else is thrown again. */
function systemAnswer(call: string, error: unknown): Failure {
  if (error instanceof SystemError) {
    return { error: { name: "SystemError", code: error.code, message: `host.${call}: ${error.message}` } };
  }
  if (error instanceof NotOrdinary) {
    return { error: { name: "SystemError", code: "EINVAL", message: `host.${call}: ${error.message}` } };
  }
  throw error;
}
