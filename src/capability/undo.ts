import { type Capability, value } from "./capability.ts";
import { commandLine } from "./call_words.ts";
import { readyRequest } from "./exec_request.ts";
import { holderOf, withJournal } from "./journal.ts";
import { shownCommand } from "./shown.ts";
import { holdCommand } from "../undo/hold_command.ts";

const OPTIONS = ["timeout", "env", "runAs"];
/** `host.undo(command, args, options)`: remembers a command to run when the guest is gone. It is checked now, as `exec` would be. */
export const undo: Capability = {
  name: "undo",
  within: "exec",
  usesJournal: true,
  record: commandLine,
  run(args, context) {
    const checked = readyRequest("undo", args, OPTIONS, context);
    if ("error" in checked) return checked;
    const { command, args: words, env, runAs, timeoutMs } = checked.request;
    const kept = {
      command,
      args: words,
      env,
      ...(runAs === undefined ? {} : { runAs }),
      ...(timeoutMs === Infinity ? {} : { timeoutMs }),
    };
    return withJournal("undo", context, (journal) => {
      holdCommand(journal, holderOf(context), kept, context.deadline);
      return value(null);
    });
  },
  dryRun(args, context, tell) {
    const checked = readyRequest("undo", args, OPTIONS, context);
    if ("error" in checked) return checked;
    const { command, args: words, runAs } = checked.request;
    tell(`run ${shownCommand([command, ...words], runAs)} when the guest is gone`);
    return value(null);
  },
};
