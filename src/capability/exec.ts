import {
  type Answer,
  type CallContext,
  type CallError,
  misuse,
  notAllowed,
  type Pending,
} from "./capability.ts";
import type { Json } from "../base/json.ts";
import { oneLine } from "../base/issue.ts";
import { parseDuration } from "../manifest/duration.ts";
import { Command, type CommandResult } from "../system/command.ts";
import { findProgram } from "../system/program.ts";
import { realPath } from "../system/file.ts";
import { SystemError } from "../system/system_error.ts";

/** Bytes kept of a command's output and of its error output, each. */
const OUTPUT_LIMIT = 1024 * 1024;
/** Between SIGTERM and SIGKILL when a command's own time-out is over, in milliseconds. */
const GRACE_MS = 1000;
/** All that a command's environment holds unless the manifest and the call add to it. */
const ENVIRONMENT = { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
const OPTIONS = ["stdin", "timeout", "env", "runAs", "check"];

interface Request {
  command: string;
  args: string[];
  stdin: string;
  timeoutMs: number;
  env: Record<string, string>;
  check: boolean;
}

/**
 * `host.exec(command, args, options)`: runs an allowed program with an
 * argument array, never through a shell, in a session of its own.
 */
export function exec(args: readonly Json[], context: CallContext): Answer | Pending {
  const request = readRequest(args);
  if (typeof request === "string") return misuse(`host.exec: ${request}`);
  const refusal = context.grant.refuseExec(request.command, request.args) ??
    context.grant.refuseEnv(Object.keys(request.env));
  if (refusal !== undefined) return notAllowed(`host.exec: ${refusal.message}`, refusal.hint);
  const path = findProgram(request.command, ENVIRONMENT.PATH);
  if (path === undefined) {
    return {
      error: {
        name: "SystemError",
        code: "ENOENT",
        message: `host.exec: ${request.command}: no such program in ${ENVIRONMENT.PATH}`,
      },
    };
  }
  try {
    const denied = context.grant.refuseByPolicy(request.command, request.args, realPath(path));
    if (denied !== undefined) return notAllowed(`host.exec: ${denied.message}`, denied.hint);
    return run(path, request, context);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { error: { name: "SystemError", code: error.code, message: `host.exec: ${error.message}` } };
  }
}

function run(path: string, request: Request, context: CallContext): Pending {
  const command = new Command(context.loop, {
    path,
    args: request.args,
    env: { ...ENVIRONMENT, ...request.env },
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

function judge(request: Request, result: CommandResult): Answer {
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

function readRequest([command, args, options]: readonly Json[]): Request | string {
  if (typeof command !== "string" || command === "") {
    return "the first argument must be a program's name or path";
  }
  if (!Array.isArray(args ?? [])) return "the second argument must be an array of the program's arguments";
  const words: string[] = [];
  for (const [i, word] of ((args ?? []) as Json[]).entries()) {
    if (typeof word !== "string" && typeof word !== "number") {
      return `argument ${i + 1} is neither a string nor a number`;
    }
    words.push(String(word));
  }
  const nul = [command, ...words].find((word) => word.includes("\0"));
  if (nul !== undefined) return `${JSON.stringify(nul)} holds a NUL, which no program's argument can`;
  const given = options ?? {};
  if (typeof given !== "object" || Array.isArray(given)) {
    return "the third argument must be an object of options";
  }
  const unknown = Object.keys(given).find((key) => !OPTIONS.includes(key));
  if (unknown !== undefined) {
    return `unknown option ${JSON.stringify(unknown)}; there are ${OPTIONS.join(", ")}`;
  }
  const { stdin = "", timeout, env = {}, runAs, check = true } = given;
  if (typeof stdin !== "string") return "stdin must be a string";
  if (typeof check !== "boolean") return "check must be true or false";
  if (runAs !== undefined) return "runAs is not there yet";
  const timeoutMs = readTimeout(timeout);
  if (timeoutMs === undefined) return `timeout must be a number of milliseconds or a text such as "5s"`;
  const variables = readEnvironment(env);
  if (variables === undefined) return "env must be an object of names and strings, without NUL";
  return { command, args: words, stdin, timeoutMs, env: variables, check };
}

function readTimeout(timeout: Json | undefined): number | undefined {
  if (timeout === undefined || timeout === null) return Infinity;
  if (typeof timeout === "number") return timeout > 0 ? timeout : undefined;
  if (typeof timeout !== "string") return undefined;
  const duration = parseDuration(timeout);
  return "ms" in duration ? duration.ms : undefined;
}

function readEnvironment(env: Json): Record<string, string> | undefined {
  if (typeof env !== "object" || env === null || Array.isArray(env)) return undefined;
  const variables: Record<string, string> = {};
  for (const [name, text] of Object.entries(env)) {
    if (typeof text !== "string" || text.includes("\0") || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      return undefined;
    }
    variables[name] = text;
  }
  return variables;
}
