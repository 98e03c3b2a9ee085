import { type CallContext, type Capability, type Failure, misuse, value } from "./capability.ts";
import { commandLine } from "./call_words.ts";
import { readyRequest } from "./exec_request.ts";
import { holderOf, withJournal } from "./with_journal.ts";
import { shownCommand } from "./shown.ts";
import type { Json } from "../base/json.ts";
import type { UndoCommand } from "../undo/held_changes.ts";
import { holdForUndo } from "../undo/hold_for_undo.ts";

const OPTIONS = ["timeout", "env", "runAs", "gone", "onlyIf"];
/**
 * `host.undo(command, args, options)`: registers a command to run when the guest is gone. It is checked now,
 * as `exec` checks it.
 */
export const undo: Capability = {
  name: "undo",
  within: "exec",
  usesJournal: true,
  record: commandLine,
  run(args, context) {
    const checked = readyRequest("undo", args, OPTIONS, context);
    if ("error" in checked) return checked;
    const more = readMore(args[2], context);
    if ("error" in more) return more;
    const { command, args: words, env, runAs, timeoutMs } = checked.request;
    const kept = {
      command,
      args: words,
      env,
      ...(runAs === undefined ? {} : { runAs }),
      ...(timeoutMs === Infinity ? {} : { timeoutMs }),
      ...more,
    };
    return withJournal("undo", context, (journal) => {
      holdForUndo(journal, holderOf(context), kept, context.deadline);
      return value(null);
    });
  },
  dryRun(args, context, tell) {
    const checked = readyRequest("undo", args, OPTIONS, context);
    if ("error" in checked) return checked;
    const more = readMore(args[2], context);
    if ("error" in more) return more;
    const { command, args: words, runAs } = checked.request;
    tell(`run ${shownCommand([command, ...words], runAs)} when the guest is gone`);
    return value(null);
  },
};

/**
 * The conditions under which nothing is left to undo: `gone`, exit codes of the command, and `onlyIf`, a
 * command line as a list.
 */
function readMore(
  options: Json | undefined,
  context: CallContext,
): Pick<UndoCommand, "gone" | "onlyIf"> | Failure {
  const { gone, onlyIf } = isObject(options) ? options : {};
  const more: Pick<UndoCommand, "gone" | "onlyIf"> = {};
  if (gone !== undefined) {
    const codes = Array.isArray(gone) ? gone.filter((code) => Number.isInteger(code)) as number[] : [];
    if (!Array.isArray(gone) || codes.length < gone.length) {
      return misuse("host.undo: gone must be an array of exit codes, such as [1]");
    }
    more.gone = codes;
  }
  if (onlyIf !== undefined) {
    if (!Array.isArray(onlyIf)) {
      return misuse(
        `host.undo: onlyIf must be an array of a program and its arguments, such as ["test", "-e", "/x"]`,
      );
    }
    const [command = "", ...words] = onlyIf;
    const checked = readyRequest("undo", [command, words], [], context);
    if ("error" in checked) return checked;
    more.onlyIf = { command: checked.request.command, args: checked.request.args };
  }
  return more;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
