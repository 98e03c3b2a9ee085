import { INPUT_LIMIT } from "./input_limit.ts";
import { Deadline } from "../base/deadline.ts";
import type { Answer, CallContext, RunningHandler } from "../capability/capability.ts";
import type { CallRequest } from "../capability/call_apart.ts";
import { CAPABILITIES } from "../capability/capabilities.ts";
import { Grant } from "../capability/grant.ts";
import { perform } from "../capability/perform.ts";
import { parseEvent } from "../protocol/event.ts";
import { HookData } from "../protocol/hook_data.ts";
import { LazyJournal } from "../undo/lazy_journal.ts";
import type { RestoreRequest } from "../undo/restore_apart.ts";
import { restoreValue } from "../undo/restore_values.ts";
import { type CommandRequest, run } from "../undo/run_undo_command.ts";
import { type WriteRequest, writeText } from "../undo/run_undo_write.ts";
import { Loop } from "../system/loop.ts";
import { shareGroup } from "../system/process.ts";
import { actFor } from "../system/process_id.ts";
import { allowSlow } from "../system/slow_mounts.ts";
import { print } from "../system/self.ts";
import { StdinReader } from "../system/stdin.ts";

/** The tasks that this process takes; each may hang in the kernel. */
type Request = CallRequest | RestoreRequest | CommandRequest | WriteRequest;

/** The time to read the request, in milliseconds; it has already been written. */
const READ_MS = 10_000;

/**
 * Does one task for a hook call in a process that the call can abandon: reads the request from standard input
 * and writes the answer to standard output, both as JSON. Whatever it starts belongs to its process group and
 * ends with it.
 */
export async function doApart(): Promise<number> {
  const loop = new Loop();
  // Twice the size that handlers may pass, for JSON's escapes.
  const input = new StdinReader(loop, 4 * INPUT_LIMIT).read(Deadline.in(READ_MS));
  if ("error" in input) {
    print(2, `${input.error}\n`);
    return 1;
  }
  const request = JSON.parse(new TextDecoder().decode(input.bytes)) as Request;
  const deadline = Deadline.in(request.ms);
  shareGroup();
  allowSlow();
  const answer = request.kind === "call"
    ? await makeCall(request, loop, deadline)
    : request.kind === "restore"
    ? restoreValue(request, { loop, deadline })
    : request.kind === "write"
    ? writeText(request.what, request.policy, { loop, deadline })
    : run(request.what, request.policy, { loop, deadline });
  print(1, JSON.stringify(answer));
  return 0;
}

async function makeCall(request: CallRequest, loop: Loop, deadline: Deadline): Promise<Answer> {
  const { name, args, grant, guest, keepsState, state, maker } = request;
  const [driver = "", ...words] = request.event;
  const parsed = parseEvent(driver, words);
  const capability = CAPABILITIES.get(name);
  if ("error" in parsed || capability === undefined) throw new Error(`unknown call ${name}`);
  actFor(maker);
  const { event } = parsed;
  const noInput = () => ({ error: "standard input is not here" });
  const lazyJournal = new LazyJournal(state, () => {});
  const handler: RunningHandler = {
    ...{ name: grant.handler, guest, keepsState, event, lazyJournal },
    data: new HookData(event, noInput, deadline),
  };
  if (capability.usesJournal) await lazyJournal.load();
  let given: Answer | undefined;
  const context: CallContext = {
    ...{ handler, loop, deadline },
    grant: new Grant(grant.handler, grant.allow, grant.policy),
    atEnd: () => {},
    fail: () => {},
    answer: (answer) => given = answer,
  };
  const first = perform(capability, args, context, undefined);
  if (!("pending" in first)) return first;
  while (given === undefined && !deadline.passed) loop.turn(deadline);
  if (given === undefined) first.kill();
  return given ??
    { error: { name: "TimeoutError", message: `host.${name}: timed out: the call's time limit passed` } };
}
