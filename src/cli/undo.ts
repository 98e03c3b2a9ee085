import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { loadWholeSite } from "./whole_site.ts";
import { look } from "./look.ts";
import { style } from "./style.ts";
import { renderTable } from "./text_table.ts";
import { visible } from "./text.ts";
import { UndoByHand } from "../undo/undo_by_hand.ts";
import type { UndoneEntry } from "../records/record.ts";
import { guestWord, type HeldChange, whatWord } from "../undo/held_changes.ts";
import { JournalError } from "../undo/journal.ts";
import { print } from "../system/self.ts";

/** `hookvisor undo`. */
export async function run(invocation: Invocation): Promise<number> {
  const { directories, words: [word] } = invocation;
  const { config } = await loadWholeSite(directories);
  const note = (text: string) => print(2, `hookvisor undo: ${text}\n`);
  try {
    const desk = await UndoByHand.open(directories, config.policy, note);
    try {
      return act(desk, word, invocation);
    } finally {
      desk?.close();
    }
  } catch (error) {
    if (error instanceof JournalError) throw new CommandError(error.message);
    throw error;
  }
}

function act(desk: UndoByHand | undefined, word: string | undefined, invocation: Invocation): number {
  const json = flag(invocation, "json");
  if (flag(invocation, "list")) {
    const holds = (desk?.holds() ?? []).filter((hold) =>
      word === undefined || hold.name === word || guestWord(hold) === word
    );
    list(holds, json);
    return 0;
  }
  const forget = option(invocation, "forget");
  if (forget !== undefined) return forgetOne(desk, forget);
  if (word === undefined) return tell(desk?.leaveGone() ?? [], json, "no guest that is gone holds a change");
  const guests = desk?.guests(word) ?? [];
  const steps = guests.flatMap((guest) => desk!.leave(guest));
  return tell(steps, json, `${word} holds nothing; "hookvisor undo --list" lists what is held`);
}

function forgetOne(desk: UndoByHand | undefined, text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new CommandError(`--forget needs a number from "undo --list"`, 2);
  const hold = desk?.forget(Number(text));
  if (hold === undefined) throw new CommandError(`no held change has number ${text}`);
  print(1, `forgotten, and not undone: ${whatWord(hold)}, held by ${guestWord(hold)}\n`);
  return 0;
}

function list(holds: readonly HeldChange[], json: boolean): void {
  if (json) {
    print(1, `${jsonText(holds.map(holdJson))}\n`);
    return;
  }
  if (holds.length === 0) {
    print(1, "nothing is held\n");
    return;
  }
  const out = look();
  const paint = style(out.colour);
  const columns = [
    { title: "NO", align: "right" as const },
    { title: "GUEST", flex: "cut" as const },
    { title: "HANDLER", flex: "cut" as const },
    { title: "SINCE" },
    { title: "WHAT", flex: "wrap" as const },
    { title: "OLD", flex: "cut" as const },
    { title: "NOW", flex: "cut" as const },
    {
      title: "STATE",
      flex: "wrap" as const,
      paint: (text: string) => text === "held" ? text : paint.red(text),
    },
  ];
  const rows = holds.map((hold) => [
    String(hold.id),
    guestWord(hold),
    hold.handler,
    new Date(hold.since).toISOString().replace("T", " ").slice(0, 19),
    whatWord(hold),
    "path" in hold.what ? hold.what.original.trimEnd() : "",
    "path" in hold.what ? hold.what.written.trimEnd() : "",
    stateOf(hold),
  ]);
  print(1, renderTable(columns, rows, out));
}

function holdJson(hold: HeldChange) {
  const { id, driver, name, handler, since, leaving, failures, error, what } = hold;
  const common = { id, driver, name, handler, since: new Date(since).toISOString(), leaving, failures };
  const failed = error === undefined ? {} : { error };
  if ("path" in what) {
    return { ...common, path: what.path, old: what.original, value: what.written, ...failed };
  }
  if ("write" in what) return { ...common, write: what.write, text: what.text, ...failed };
  const { command, args, runAs } = what;
  return { ...common, command, args, ...(runAs === undefined ? {} : { runAs }), ...failed };
}

function stateOf({ leaving, failures, error }: HeldChange): string {
  if (!leaving) return "held";
  return failures === 0 ? "due" : `failed ${failures} times: ${error}`;
}

function tell(steps: readonly UndoneEntry[], json: boolean, nothing: string): number {
  const failed = steps.some(({ ok }) => !ok);
  if (json) print(1, `${jsonText(steps)}\n`);
  else if (steps.length === 0) print(1, `${visible(nothing, true)}\n`);
  for (const { guest, what, ok, note, error } of json ? [] : steps) {
    const how = ok ? "back" : "failed";
    const more = error ?? note;
    print(1, `${how}  ${visible(`${guest}  ${what}${more === undefined ? "" : `: ${more}`}`, true)}\n`);
  }
  if (failed && !json) print(2, "hookvisor undo: changes that failed are kept and tried again next time\n");
  return failed ? 1 : 0;
}
