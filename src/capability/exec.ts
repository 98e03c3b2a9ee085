import {
  type Answer,
  type CallContext,
  type CallError,
  type Capability,
  type Pending,
  value,
} from "./capability.ts";
import { commandLine } from "./call_words.ts";
import { type ExecRequest, type ReadyCommand, readyRequest } from "./exec_request.ts";
import { shownCommand } from "./shown.ts";
import type { Json } from "../base/json.ts";
import { oneLine } from "../base/one_line.ts";
import { tellingLine } from "../base/telling_line.ts";
import { Command, type CommandResult } from "../system/command.ts";
import { SystemError } from "../system/system_error.ts";

/** Bytes kept of a command's output and of its error output, each. */
const OUTPUT_LIMIT = 1024 * 1024;
/** Between SIGTERM and SIGKILL when a command's own time-out is over, in milliseconds. */
const GRACE_MS = 1000;
const OPTIONS = ["stdin", "timeout", "env", "runAs", "check"];

/** What a dry run says of every command: it has run, and said nothing. */
const PLAYED: Json = { code: 0, signal: null, stdout: "", stderr: "", truncated: false, timedOut: false };

/**
 * `host.exec(command, args, options)`: runs an allowed program with an
 * argument array, never through a shell, in a session of its own.
 */
export const exec: Capability = {
  name: "exec",
  within: "exec",
  record: commandLine,
  run(args, context) {
    const checked = readyRequest("exec", args, OPTIONS, context);
    if ("error" in checked) return checked;
    try {
      return start(checked.ready, checked.request, context);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return { error: { name: "SystemError", code: error.code, message: `host.exec: ${error.message}` } };
    }
  },
  dryRun(args, context, tell) {
    const checked = readyRequest("exec", args, OPTIONS, context);
    if ("error" in checked) return checked;
    const { command, args: words, runAs } = checked.request;
    tell(`run ${shownCommand([command, ...words], runAs)}`);
    return value(PLAYED);
  },
};

function start(ready: ReadyCommand, request: ExecRequest, context: CallContext): Pending {
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
  const said = tellingLine(result.stderr) ?? tellingLine(result.stdout);
  const error: CallError = {
    name: result.timedOut ? "TimeoutError" : "CommandFailed",
    message: oneLine(`${request.command} ${how}${said === undefined ? "" : `: ${said}`}`),
    result: told,
  };
  return { error };
}
