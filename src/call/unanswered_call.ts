import type { Directories } from "../site/directories.ts";
import { oneLine } from "../base/one_line.ts";
import { hookDriver } from "../protocol/invocation.ts";
import { currentName } from "../protocol/operations.ts";
import type { HandlerEntry } from "../records/record.ts";
import { sendToJournald } from "../records/journald.ts";
import { appendRecord, makeRecord } from "../records/write_record.ts";
import { abandonedProcess, endAbandoned, releaseMemory } from "../system/abandoned.ts";
import { readAllInput } from "../system/stdin_text.ts";

/** How much of the process's output is kept, in UTF-16 code units. */
const LONGEST = 1000;
/** The waiting process's word for a time limit that has passed; any other value is a status of wait(2). */
const LATE = "late";
/** What ends as soon as it is killed was perhaps in nobody's hands but the scheduler's. */
const SLOW =
  "its process has ended since: it may only have been slow (a host short of processor time, a slow disk)";

/**
 * Writes the record of a hook call whose process did not answer: it hung in the kernel, or was killed. The
 * process that waited for it has answered, and has started this process (build/elf/give_up_code.ts).
 *
 * It also ends what the call had started and can no longer end: commands of handlers, each with its process
 * group. What runs in the background continues.
 *
 * @param words how it ended, its process id, the process ids of what it had started, milliseconds since its start,
 * the exit code that was given, ` by HANDLER` or nothing, and the call's own five words
 */
export function recordUnanswered(words: readonly string[], directories: Directories): void {
  const [ending = "", pid = "", children = "", ms = "", code = "", by = "", link = "", ...call] = words;
  const [object = "", operation = "", subOperation = "", extra = ""] = call;
  const driver = hookDriver(link) ?? "";
  const said = oneLine(readAllInput().trim()).slice(0, LONGEST);
  const aborts = code === "1";
  const handler = by.replace(/^ by /, "");
  const message = ending === LATE
    ? `timed out after ${ms} ms: it hangs in the kernel (a file system, a device)`
    : `its process ended: ${howEnded(Number(ending))}${said === "" ? "" : `: ${said}`}`;
  const notes = ending === LATE ? notesOn(Number(pid)) : [];
  for (const { pid, command } of endAbandoned(children.split(" ").map(Number))) {
    notes.push(`process ${pid} (${command}), which it had started, was killed`);
  }
  const entry: HandlerEntry = {
    name: handler,
    outcome: ending === LATE ? "timeout" : "resources",
    onFailure: aborts ? "abort" : "ignore",
    message,
    ms: Number(ms),
    calls: [],
  };
  const event = {
    driver,
    object,
    operation: currentName(driver, operation),
    calledOperation: operation,
    subOperation,
    extra,
  };
  const record = {
    ...makeRecord(event, {
      verdict: aborts ? "abort" : "ignore",
      exitCode: aborts ? 1 : 0,
      reason: `${object}: ${operation} ${aborts ? "refused" : "goes on"}${by}: ${message}`,
      handlers: handler === "" ? [] : [entry],
      notes,
    }),
    ms: Number(ms),
  };
  // This comes before any work that may take long, or forever.
  sendToJournald(record, directories.journald);
  appendRecord(directories.log, record);
}

/** What became of the abandoned process, and what that means. */
function notesOn(pid: number): string[] {
  releaseMemory(pid);
  const found = abandonedProcess(pid);
  if (found === undefined) return [SLOW];
  const where = found.where === "" ? "" : ` (${found.where})`;
  return [
    `process ${pid} is still in the kernel${where}: the system call it was in may still complete, but nothing after it runs`,
  ];
}

/** A status of wait(2) in words. */
function howEnded(status: number): string {
  const signal = status & 0x7f;
  return signal === 0 ? `exit code ${status >> 8}` : `signal ${signal}`;
}
