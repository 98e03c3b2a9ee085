import { type CallContext, type Capability, misuse, value } from "./capability.ts";
import { readExecRequest, readyCommand } from "./exec_request.ts";
import { withJournal } from "./with_journal.ts";
import type { LazyJournal } from "../undo/lazy_journal.ts";
import type { Holder, UndoCommand } from "../undo/held_changes.ts";
import { holdCommand } from "../undo/hold_command.ts";

const OPTIONS = ["timeout", "env", "runAs"];
/** How long a command may take when it is played back, unless it was said. */
const TIMEOUT_MS = 10_000;

/** `host.undo(command, args, options)`: remembers a command to run when the guest is gone. It is checked now, as `exec` would be. */
export function undoCapability(lazyJournal: LazyJournal, holder: Holder): Capability {
  return withJournal("undo", lazyJournal, (journal, args, context: CallContext) => {
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
    holdCommand(journal, holder, kept, context.deadline);
    return value(null);
  });
}
