import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation, option } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { look } from "./look.ts";
import { playCall } from "./play_call.ts";
import { renderTable } from "./text_table.ts";
import { callsDirectory, type KeptCall, keptCall, keptCalls } from "../records/replay_calls.ts";
import { print } from "../system/self.ts";

/** `hookvisor replay`. */
export async function run(invocation: Invocation): Promise<number> {
  const { directories, words } = invocation;
  if (flag(invocation, "list")) return list(invocation);
  const guest = option(invocation, "guest");
  const call = words[0] === undefined
    ? keptCalls(directories.log).find((one) => guest === undefined || one.object === guest)
    : keptCall(directories.log, words[0]);
  if (call === undefined) throw new CommandError(nothing(invocation, words[0]));
  const { driver, object, operation, subOperation, extra, xml, caller, id, time } = call;
  return await playCall(invocation, {
    driver,
    object,
    operation,
    subOperation,
    extra,
    xml,
    ...(caller === undefined ? {} : { caller }),
    source: `the call ${id} of ${time}, secrets masked`,
  });
}

function nothing({ directories }: Invocation, id: string | undefined): string {
  const where = callsDirectory(directories.log);
  if (id !== undefined) {
    return `no call ${JSON.stringify(id)} is stored in ${where}; "hookvisor replay --list" lists them`;
  }
  return `no call is stored in ${where}; set record: true in config.yaml to store them`;
}

function list(invocation: Invocation): number {
  const calls = [...keptCalls(invocation.directories.log)];
  if (flag(invocation, "json")) {
    print(1, calls.map((call) => `${jsonText(call)}\n`).join(""));
    return 0;
  }
  if (calls.length === 0) throw new CommandError(nothing(invocation, undefined));
  const columns = [{ title: "ID" }, { title: "TIME" }, { title: "OPERATION" }, {
    title: "OBJECT",
    flex: "cut" as const,
  }, { title: "XML", align: "right" as const }];
  const row = (
    { id, time, driver, operation, object, xml }: KeptCall,
  ) => [id, time.slice(0, 19).replace("T", " "), `${driver}/${operation}`, object, `${xml.length}`];
  print(1, renderTable(columns, calls.reverse().map(row), look()));
  return 0;
}
