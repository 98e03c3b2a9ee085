import {
  type Answer,
  type CallContext,
  type Capability,
  type Failure,
  misuse,
  notAllowed,
  value,
} from "./capability.ts";
import { OUTPUT_LIMIT, startCommand } from "./exec.ts";
import { scriptPath } from "./script_path.ts";
import { shownCommand } from "./shown.ts";
import type { Json } from "../base/json.ts";
import { HookDataError } from "../protocol/hook_data_error.ts";
import { untrustedProgram } from "../site/program_trust.ts";
import { ENVIRONMENT } from "../system/command_environment.ts";
import { realPath } from "../system/file.ts";

/**
 * `host.scripts.run(path, {check})`: runs one of the admin's executables as
 * libvirt would have run it: its arguments are the hook's, its standard input
 * is the XML. Like a handler, it must be owned by root and writable by no other
 * user. Its output goes to the record and nowhere else.
 */
export const scriptsRun: Capability = {
  name: "scripts.run",
  within: "scripts",
  run(args, context) {
    const ready = readyScript(args, context);
    if ("error" in ready) return ready;
    return startCommand({ path: ready.path, args: ready.words, env: ENVIRONMENT }, {
      call: "scripts.run",
      command: ready.path,
      stdin: ready.stdin,
      timeoutMs: Infinity,
      check: ready.check,
      limit: OUTPUT_LIMIT,
    }, context);
  },
  dryRun(args, context, tell) {
    const ready = readyScript(args, context);
    if ("error" in ready) return ready;
    tell(`run ${shownCommand([ready.path, ...ready.words])}`);
    return value({ code: 0, signal: null, stdout: "", stderr: "", truncated: false, timedOut: false });
  },
};

interface ReadyScript {
  path: string;
  words: string[];
  stdin: string;
  check: boolean;
}

function readyScript([given, options]: readonly Json[], context: CallContext): ReadyScript | Failure {
  const path = scriptPath("scripts.run", given, context);
  if (typeof path !== "string") return path;
  const check = checkOf(options);
  if (check === undefined) {
    return misuse("host.scripts.run: the second argument must be {check: true or false}");
  }
  const { event, data } = context.handler;
  const words = [event.object, event.calledOperation, event.subOperation, event.extra];
  try {
    const real = realPath(path);
    const why = untrustedProgram(path, { programs: "trusted" }) ??
      untrustedProgram(real, { programs: "trusted" });
    if (why !== undefined) return notAllowed(`host.scripts.run: ${path} is not run`, why);
    const denied = context.grant.refuseByPolicy(path, words, real);
    if (denied !== undefined) return notAllowed(`host.scripts.run: ${denied.message}`, denied.hint);
    return { path, words, stdin: data.isEmpty ? "" : new TextDecoder().decode(data.bytes), check };
  } catch (error) {
    if (error instanceof HookDataError) return failed("HookDataError", error.message);
    throw error;
  }
}

function failed(name: string, message: string): Failure & Answer {
  return { error: { name, message: `host.scripts.run: ${message}` } };
}

function checkOf(options: Json | undefined): boolean | undefined {
  if (options === undefined || options === null) return true;
  if (typeof options !== "object" || Array.isArray(options)) return undefined;
  const { check = true, ...more } = options;
  return typeof check === "boolean" && Object.keys(more).length === 0 ? check : undefined;
}
