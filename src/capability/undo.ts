import { type CallContext, type Capability, misuse, value } from "./capability.ts";
import { ENVIRONMENT, readExecRequest, readyCommand } from "./exec_request.ts";
import { runAs } from "./run_as.ts";
import { withLedger } from "./with_ledger.ts";
import type { Policy } from "../manifest/config.ts";
import { deniedExec } from "../manifest/deny.ts";
import type { LedgerDoor } from "../ledger/door.ts";
import type { Holder, UndoCommand } from "../ledger/hold.ts";
import { keepCommand } from "../ledger/keep_command.ts";
import { Command, type CommandResult } from "../system/command.ts";
import { realPath } from "../system/file.ts";
import { findProgram } from "../system/program.ts";
import type { Waiting } from "../system/setting_file.ts";
import { SystemError } from "../system/system_error.ts";
import { waitUntil } from "../system/wait.ts";

const OPTIONS = ["timeout", "env", "runAs"];
/** How long a command may take when it is played back, unless it was said. */
const TIMEOUT_MS = 10_000;
const OUTPUT_LIMIT = 65_536;
const GRACE_MS = 500;

/** `host.undo(command, args, options)`: remembers a command to run when the guest is gone. It is checked now, as `exec` would be. */
export function undoCapability(door: LedgerDoor, holder: Holder): Capability {
  return withLedger("undo", door, (ledger, args, context: CallContext) => {
    const request = readExecRequest(args, OPTIONS);
    if (typeof request === "string") return misuse(`host.undo: ${request}`);
    const ready = readyCommand("undo", request, context);
    if ("error" in ready) return ready;
    const { command, args: words, env, runAs, timeoutMs } = request;
    const kept: UndoCommand = {
      command,
      args: words,
      env,
      ...(runAs === undefined ? {} : { runAs }),
      timeoutMs: timeoutMs === Infinity ? TIMEOUT_MS : timeoutMs,
    };
    keepCommand(ledger, holder, kept, context.deadline);
    return value(null);
  });
}

/**
 * Runs such a command when it is played back. The manifest may be gone by
 * then; what the site's policy denies now is not run.
 *
 * @returns why it failed, or undefined
 */
export function runUndo(what: UndoCommand, policy: Policy, waiting: Waiting): string | undefined {
  const path = findProgram(what.command, ENVIRONMENT.PATH);
  if (path === undefined) return `no such program in ${ENVIRONMENT.PATH}`;
  try {
    const denied = deniedExec(policy, what.command, what.args, realPath(path));
    if (denied !== undefined) return denied;
    const ready = what.runAs === undefined
      ? { path, args: what.args, env: {} }
      : runAs(what.runAs, path, what.args, ENVIRONMENT.PATH, waiting);
    if (typeof ready === "string") return ready;
    return run({ ...ready, env: { ...ENVIRONMENT, ...ready.env, ...what.env } }, what.timeoutMs, waiting);
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
