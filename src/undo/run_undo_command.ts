import { Deadline } from "../base/deadline.ts";
import { askApart } from "./ask_apart.ts";
import { Command, type CommandResult } from "../system/command.ts";
import { ENVIRONMENT } from "../system/command_environment.ts";
import { realPath } from "../system/file.ts";
import { allNames } from "../system/names_by_mounts.ts";
import { findProgram } from "../system/program.ts";
import { runAs } from "../system/run_as.ts";
import type { Waiting } from "../system/setting_file.ts";
import { startError } from "../system/start_error.ts";
import { guarded, MayHang } from "../system/slow_mounts.ts";
import { SystemError } from "../system/system_error.ts";
import { waitUntil } from "../system/wait.ts";
import type { Policy } from "../site/config.ts";
import { deniedExec } from "../site/deny.ts";
import { untrustedProgram } from "../site/program_trust.ts";
import type { UndoCommand } from "./held_changes.ts";
import type { Played } from "./play_back.ts";
import { tellingLine } from "../base/telling_line.ts";

/** How long a command may take by default, in milliseconds. */
const TIMEOUT_MS = 10_000;
const OUTPUT_LIMIT = 65_536;
const GRACE_MS = 500;

/**
 * Runs a command of `host.undo`, at the undo. The manifest may be gone by then; a
 * command that the site's policy denies now does not run.
 */
export function runUndoCommand(what: UndoCommand, policy: Policy, waiting: Waiting): Played {
  const { onlyIf, gone = [] } = what;
  if (onlyIf !== undefined) {
    const looked = run({ ...what, ...onlyIf, timeoutMs: TIMEOUT_MS }, policy, waiting);
    const line = [onlyIf.command, ...onlyIf.args].join(" ");
    if (looked.error !== undefined && looked.code === undefined) return { error: `${line}: ${looked.error}` };
    if (looked.error !== undefined) return { note: `nothing to undo: ${line}: ${looked.error}` };
  }
  const { code, error } = run(what, policy, waiting);
  if (error === undefined) return {};
  return code !== undefined && gone.includes(code) ? { note: `gone already: ${error}` } : { error };
}

/** A command to run once, in a separate process (call/do_apart.ts). */
export interface CommandRequest {
  kind: "command";
  what: UndoCommand;
  policy: Policy;
  /** The time that is left, in milliseconds. */
  ms: number;
}

/** Why a command failed, with its exit code when it had one; nothing when it did not. */
export interface Failed {
  error?: string;
  code?: number;
}

/** Runs the command itself, once. */
export function run(what: UndoCommand, policy: Policy, waiting: Waiting): Failed {
  let path = what.command;
  try {
    const ready = guarded(() => readyCommand(what, policy, waiting));
    if (typeof ready === "string") return { error: ready };
    path = ready.path;
    return toItsEnd(ready, what.timeoutMs ?? TIMEOUT_MS, waiting);
  } catch (error) {
    if (error instanceof MayHang) return runApart(what, policy, waiting);
    if (error instanceof SystemError) return { error: startError(path, error) };
    throw error;
  }
}

/** The same in a separate process: the program lies on a file system that may hang. */
function runApart(what: UndoCommand, policy: Policy, { loop, deadline }: Waiting): Failed {
  const until = Deadline.in(Math.min(deadline.remaining, (what.timeoutMs ?? TIMEOUT_MS) + 2 * GRACE_MS));
  const request: CommandRequest = { kind: "command", what, policy, ms: until.remaining - GRACE_MS };
  const late = "the file system of its program has not answered in time; it may yet be run";
  return askApart<Failed>(loop, request, until, late);
}

/** What to run; a text says why it cannot run. */
function readyCommand(what: UndoCommand, policy: Policy, waiting: Waiting): Ready | string {
  const path = findProgram(what.command, ENVIRONMENT.PATH);
  if (path === undefined) return `no such program in ${ENVIRONMENT.PATH}`;
  const denied = deniedExec(policy, what.command, what.args, allNames(realPath(path)));
  if (denied !== undefined) return denied;
  const ready = what.runAs === undefined
    ? { path, args: what.args, env: { ...ENVIRONMENT, ...what.env }, changesUser: false }
    : runAs(what.runAs, path, what.args, what.env, waiting);
  if (typeof ready === "string" || ready.changesUser) return ready;
  return untrustedProgram(path, policy) ?? ready;
}

interface Ready {
  path: string;
  args: readonly string[];
  env: Record<string, string>;
}

function toItsEnd(
  ready: Ready,
  timeoutMs: number,
  { loop, deadline }: Waiting,
): Failed {
  let result: CommandResult | undefined;
  const command = new Command(loop, {
    ...ready,
    stdin: "",
    outputLimit: OUTPUT_LIMIT,
    timeoutMs,
    graceMs: GRACE_MS,
    done: (it) => result = it,
  });
  if (!waitUntil(() => result !== undefined, loop, deadline)) {
    command.terminate();
    command.kill();
    return { error: "timed out: the call's time limit passed" };
  }
  const { code, signal, timedOut, stderr, stdout } = result!;
  if (timedOut) return { error: withSaid(`timed out after ${timeoutMs} ms`, stderr, stdout) };
  if (code === null) return { error: withSaid(`${signal}`, stderr, stdout) };
  return code === 0 ? {} : { code, error: withSaid(`exit code ${code}`, stderr, stdout) };
}

function withSaid(how: string, stderr: string, stdout: string): string {
  const said = tellingLine(stderr) ?? tellingLine(stdout);
  return said === undefined ? how : `${how}: ${said}`;
}
