import { type Answer, type CallContext, type CallError, misuse, type Pending } from "./capability.ts";
import { type ExecRequest, readExecRequest, type ReadyCommand, readyCommand } from "./exec_request.ts";
import type { Json } from "../base/json.ts";
import { oneLine } from "../base/issue.ts";
import { Command, type CommandResult } from "../system/command.ts";
import { SystemError } from "../system/system_error.ts";

/** Bytes kept of a command's output and of its error output, each. */
const OUTPUT_LIMIT = 1024 * 1024;
/** Between SIGTERM and SIGKILL when a command's own time-out is over, in milliseconds. */
const GRACE_MS = 1000;
const OPTIONS = ["stdin", "timeout", "env", "runAs", "check"];

/**
 * `host.exec(command, args, options)`: runs an allowed program with an
 * argument array, never through a shell, in a session of its own.
 */
export function exec(args: readonly Json[], context: CallContext): Answer | Pending {
  const request = readExecRequest(args, OPTIONS);
  if (typeof request === "string") return misuse(`host.exec: ${request}`);
  const ready = readyCommand("exec", request, context);
  if ("error" in ready) return ready;
  try {
    return run(ready, request, context);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { error: { name: "SystemError", code: error.code, message: `host.exec: ${error.message}` } };
  }
}

function run(ready: ReadyCommand, request: ExecRequest, context: CallContext): Pending {
  const command = new Command(context.loop, {
    ...ready,
    stdin: request.stdin,
    outputLimit: OUTPUT_LIMIT,
    timeoutMs: request.timeoutMs,
    graceMs: GRACE_MS,
    done: (result) => context.answer(judge(request, result)),
  });
  return {
    pending: true,
    stop: () => command.terminate(),
    kill: () => command.kill(),
    get running() {
      return command.running;
    },
  };
}

function judge(request: ExecRequest, result: CommandResult): Answer {
  const told: Json = { ...result };
  if (!request.check || (result.code === 0 && !result.timedOut)) return { value: told };
  const how = result.timedOut
    ? `did not end within ${request.timeoutMs} ms`
    : result.signal === null
    ? `exited with ${result.code}`
    : `was ended by ${result.signal}`;
  const said = result.stderr.trim() || result.stdout.trim();
  const error: CallError = {
    name: result.timedOut ? "TimeoutError" : "CommandFailed",
    message: oneLine(`${request.command} ${how}${said === "" ? "" : `: ${lastLine(said)}`}`),
    result: told,
  };
  return { error };
}

/** What a program says last is mostly why it failed. */
function lastLine(text: string): string {
  return text.slice(text.lastIndexOf("\n") + 1).slice(0, 500);
}
