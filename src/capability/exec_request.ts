import { type CallContext, type Failure, misuse, notAllowed } from "./capability.ts";
import { shellLineProblem } from "./shell_line.ts";
import type { Json } from "../base/json.ts";
import { choosesCode } from "../manifest/code_variables.ts";
import { parseDuration } from "../manifest/duration.ts";
import { ENVIRONMENT } from "../system/command_environment.ts";
import { isThere, realPath } from "../system/file.ts";
import { findProgram } from "../system/program.ts";
import { runAs } from "../system/run_as.ts";

/** What a handler asks to run; only its form has been checked. */
export interface ExecRequest {
  command: string;
  args: string[];
  stdin: string;
  /** Infinity for none. */
  timeoutMs: number;
  env: Record<string, string>;
  runAs?: string;
  check: boolean;
}

/** An allowed command, as it is started. */
export interface ReadyCommand {
  path: string;
  args: string[];
  env: Record<string, string>;
}

/**
 * Reads the arguments of `exec` or `undo` and checks them. Returns the answer that refuses them, or what to
 * start.
 */
export function readyRequest(
  call: string,
  args: readonly Json[],
  known: readonly string[],
  context: Pick<CallContext, "grant" | "loop" | "deadline">,
): { request: ExecRequest; ready: ReadyCommand } | Failure {
  const request = readExecRequest(args, known);
  if (typeof request === "string") return misuse(`host.${call}: ${request}`);
  const line = shellLineProblem(call, request.command, request.args);
  // A program's name may contain a space, but hardly anyone means that.
  if (line !== undefined && !isThere(findProgram(request.command, ENVIRONMENT.PATH) ?? "")) {
    return misuse(`host.${call}: ${line}`);
  }
  const ready = readyCommand(call, request, context);
  return "error" in ready ? ready : { request, ready };
}

/**
 * Checks a request against the grant and the site's policy, finds the program
 * and the user.
 *
 * @param call the name of the host call, for messages
 * @returns the answer that refuses it, or what to start
 */
function readyCommand(
  call: string,
  request: ExecRequest,
  context: Pick<CallContext, "grant" | "loop" | "deadline">,
): ReadyCommand | Failure {
  const { grant } = context;
  const { command, args, env, runAs: user } = request;
  const refusal = grant.refuseExec(command, args) ?? grant.refuseEnv(Object.keys(env)) ??
    (user === undefined ? undefined : grant.refuseRunAs(user));
  if (refusal !== undefined) return notAllowed(`host.${call}: ${refusal.message}`, refusal.hint);
  const failed = (code: string, message: string): Failure => ({
    error: { name: "SystemError", code, message: `host.${call}: ${message}` },
  });
  const path = findProgram(command, ENVIRONMENT.PATH);
  if (path === undefined) return failed("ENOENT", `${command}: no such program in ${ENVIRONMENT.PATH}`);
  const real = realPath(path);
  const denied = grant.refuseByPolicy(command, args, real) ??
    (call === "undo" ? grant.refuseForUndo(command, args, real) : undefined);
  if (denied !== undefined) return notAllowed(`host.${call}: ${denied.message}`, denied.hint);
  const variable = Object.keys(env).find(choosesCode);
  if (user !== undefined && variable !== undefined) {
    const why = `${variable} controls which code the program runs, and cannot be combined with runAs`;
    return notAllowed(`host.${call}: ${why}`, "remove one of the two");
  }
  const ready = user === undefined
    ? { path, args, env: { ...ENVIRONMENT, ...env }, changesUser: false }
    : runAs(user, path, args, env, context);
  if (typeof ready === "string") return failed("ENOENT", ready);
  const untrusted = ready.changesUser ? undefined : grant.untrustedProgram(path);
  return untrusted === undefined ? ready : failed("EPERM", `${command} was refused: ${untrusted}`);
}

/**
 * Reads `(command, args, options)`.
 *
 * @param known names of the options that this call takes
 * @returns what is wrong with them, as a text
 */
export function readExecRequest(
  [command, args, options]: readonly Json[],
  known: readonly string[],
): ExecRequest | string {
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
  if (nul !== undefined) return `${JSON.stringify(nul)} contains NUL, which an argument cannot`;
  const given = options ?? {};
  if (typeof given !== "object" || Array.isArray(given)) {
    return "the third argument must be an object of options";
  }
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    return `unknown option ${JSON.stringify(unknown)}; known options: ${known.join(", ")}`;
  }
  const { stdin = "", timeout, env = {}, runAs, check = true } = given;
  if (typeof stdin !== "string") return "stdin must be a string";
  if (typeof check !== "boolean") return "check must be true or false";
  if (runAs !== undefined && (typeof runAs !== "string" || runAs === "")) {
    return "runAs must be the name of a user";
  }
  const timeoutMs = readTimeout(timeout);
  if (timeoutMs === undefined) return `timeout must be a number of milliseconds or a text such as "5s"`;
  const variables = readEnvironment(env);
  if (variables === undefined) return "env must be an object of names and strings, without NUL";
  return {
    command,
    args: words,
    stdin,
    timeoutMs,
    env: variables,
    check,
    ...(runAs === undefined ? {} : { runAs }),
  };
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
