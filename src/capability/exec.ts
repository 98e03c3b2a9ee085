import {
  type Answer,
  type CallContext,
  type CallError,
  type Capability,
  type Failure,
  type Pending,
  value,
} from "./capability.ts";
import { commandLine } from "./call_words.ts";
import { readyRequest } from "./exec_request.ts";
import { shownCommand } from "./shown.ts";
import type { Json } from "../base/json.ts";
import { oneLine } from "../base/one_line.ts";
import { tellingLine } from "../base/telling_line.ts";
import { Command, type CommandResult } from "../system/command.ts";
import { startError } from "../system/start_error.ts";
import { SystemError } from "../system/system_error.ts";

/** Bytes kept of a command's output and of its error output, each. */
export const OUTPUT_LIMIT = 1024 * 1024;
/** Between SIGTERM and SIGKILL when a command's own time-out has passed, in milliseconds. */
const GRACE_MS = 1000;
const OPTIONS = ["stdin", "timeout", "env", "runAs", "check"];

/** What a dry run answers for a command that changes something: it ran, and printed nothing. */
const PLAYED = { code: 0, signal: null, stdout: "", stderr: "", truncated: false, timedOut: false };

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
    const { command, stdin, timeoutMs, check } = checked.request;
    return startCommand(checked.ready, {
      call: "exec",
      command,
      stdin,
      timeoutMs,
      check,
      limit: OUTPUT_LIMIT,
    }, context);
  },
  dryRun(args, context, tell) {
    const checked = readyRequest("exec", args, OPTIONS, context);
    if ("error" in checked) return checked;
    const { command, args: words, runAs, check } = checked.request;
    if (context.grant.onlyLooks(command, words)) return this.run(args, context);
    const line = shownCommand([command, ...words], runAs);
    tell(`run ${line}`);
    // Hides from the handler that with `check` it only ever sees exit code 0.
    const played = { command: line, keys: [...(check ? [] : ["code"]), "stdout", "stderr"] };
    return value({ ...PLAYED, played });
  },
};

/** How a command is run, and what its end means. */
export interface CommandCall {
  /** The name of the host call, for messages. */
  call: string;
  command: string;
  stdin: string;
  /** Infinity for none. */
  timeoutMs: number;
  /** A failed command is an error. */
  check: boolean;
  /** Bytes kept of each output. */
  limit: number;
}

/** Starts a checked command; the call is answered when the command ends. */
export function startCommand(
  ready: { path: string; args: readonly string[]; env: Readonly<Record<string, string>> },
  call: CommandCall,
  context: CallContext,
): Pending | Failure {
  try {
    const command = new Command(context.loop, {
      ...ready,
      stdin: call.stdin,
      outputLimit: call.limit,
      timeoutMs: call.timeoutMs,
      graceMs: GRACE_MS,
      done: (result) => context.answer(judge(call, result)),
    });
    return {
      pending: true,
      stop: () => command.terminate(),
      kill: () => command.kill(),
      get running() {
        return command.running;
      },
      get isLeftBehind() {
        return !command.hasEnded;
      },
    };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const message = `host.${call.call}: ${startError(ready.path, error)}`;
    return { error: { name: "SystemError", code: error.code, message } };
  }
}

function judge(request: CommandCall, result: CommandResult): Answer {
  const told: Json = { ...result };
  if (!request.check || (result.code === 0 && !result.timedOut)) return { value: told };
  const how = result.timedOut
    ? `timed out after ${request.timeoutMs} ms`
    : result.signal === null
    ? `exited with ${result.code}`
    : `was killed by ${result.signal}`;
  const said = tellingLine(result.stderr) ?? tellingLine(result.stdout);
  const error: CallError = {
    name: result.timedOut ? "TimeoutError" : "CommandFailed",
    message: oneLine(`${request.command} ${how}${said === undefined ? "" : `: ${said}`}`),
    result: told,
  };
  return { error };
}
