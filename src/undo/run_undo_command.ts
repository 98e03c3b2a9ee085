import { Command, type CommandResult } from "../system/command.ts";
import { ENVIRONMENT } from "../system/command_environment.ts";
import { realPath } from "../system/file.ts";
import { findProgram } from "../system/program.ts";
import { runAs } from "../system/run_as.ts";
import type { Waiting } from "../system/setting_file.ts";
import { SystemError } from "../system/system_error.ts";
import { waitUntil } from "../system/wait.ts";
import type { Policy } from "../site/config.ts";
import { deniedExec } from "../site/deny.ts";
import { untrustedProgram } from "../site/program_trust.ts";
import type { UndoCommand } from "./held_changes.ts";

/** How long a command may take, unless it was said when it was held, in milliseconds. */
const TIMEOUT_MS = 10_000;
const OUTPUT_LIMIT = 65_536;
const GRACE_MS = 500;

/**
 * Runs a command of `host.undo` when it is played back. The manifest may be gone by
 * then; what the site's policy denies now is not run.
 *
 * @returns why it failed, or undefined
 */
export function runUndoCommand(what: UndoCommand, policy: Policy, waiting: Waiting): string | undefined {
  const path = findProgram(what.command, ENVIRONMENT.PATH);
  if (path === undefined) return `no such program in ${ENVIRONMENT.PATH}`;
  try {
    const denied = deniedExec(policy, what.command, what.args, realPath(path));
    if (denied !== undefined) return denied;
    const ready = what.runAs === undefined
      ? untrustedProgram(path, policy) ?? { path, args: what.args, env: { ...ENVIRONMENT, ...what.env } }
      : runAs(what.runAs, path, what.args, what.env, waiting);
    return typeof ready === "string" ? ready : run(ready, what.timeoutMs ?? TIMEOUT_MS, waiting);
  } catch (error) {
    if (error instanceof SystemError) return error.message;
    throw error;
  }
}

function run(
  ready: { path: string; args: readonly string[]; env: Record<string, string> },
  timeoutMs: number,
  { loop, deadline }: Waiting,
): string | undefined {
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
    return "the time was over before it ended";
  }
  const { code, signal, timedOut, stderr } = result!;
  if (code === 0 && !timedOut) return undefined;
  const said = stderr.trim();
  const how = timedOut
    ? `it did not end within ${timeoutMs} ms`
    : code === null
    ? `${signal}`
    : `exit code ${code}`;
  return said === "" ? how : `${how}: ${said.slice(said.lastIndexOf("\n") + 1).slice(0, 300)}`;
}
