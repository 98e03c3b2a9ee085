import type { Deadline } from "../base/deadline.ts";
import { close } from "./descriptor.ts";
import { Command, type CommandResult } from "./command.ts";
import type { Place } from "./file.ts";
import type { Loop } from "./loop.ts";
import { findProgram } from "./program.ts";
import { errnoOfText, SystemError } from "./system_error.ts";
import { waitUntil } from "./wait.ts";

/** Helpers under way at once. */
const AT_ONCE = 8;
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
/** The file is handed over as descriptor 3; opening this name opens exactly that file anew. */
const HANDED_OVER = "/proc/self/fd/3";

/** Whether a path is below /sys or /proc: files of the kernel's, written in place, whose reads and writes may block. */
export function isKernelFile(path: string): boolean {
  return path.startsWith("/sys/") || path.startsWith("/proc/");
}

/**
 * Writes each text into its file, as it is, in one write each.
 *
 * Opening and writing a file of the kernel's can block for ever where no
 * signal reaches it. So coreutils' `dd` does both, in a process with
 * descriptors of its own, which is left behind when the time is over.
 *
 * @returns for each why it failed, or undefined; what was not done by the
 * deadline failed with `ETIMEDOUT`
 */
export function writeKernelFiles(
  jobs: readonly { place: Place; text: string }[],
  loop: Loop,
  deadline: Deadline,
): (SystemError | undefined)[] {
  const results: (SystemError | undefined)[] = [];
  const running = new Set<Command>();
  let over = 0;
  jobs.forEach(({ place, text }, i) => {
    results[i] = new SystemError(110, `${place.path}: the kernel has not taken it in time`);
    waitUntil(() => running.size < AT_ONCE, loop, deadline);
    if (deadline.passed) return;
    try {
      const command = start("dd", writeArguments(text), text, place, loop, (result) => {
        results[i] = failure(result, place.path);
        running.delete(command);
        over++;
      });
      running.add(command);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      results[i] = error;
      over++;
    }
  });
  waitUntil(() => over === jobs.length, loop, deadline);
  for (const command of running) command.kill();
  return results;
}

/** `writeKernelFiles` for one file. */
export function writeKernelFile(place: Place, text: string, loop: Loop, deadline: Deadline): void {
  const [error] = writeKernelFiles([{ place, text }], loop, deadline);
  if (error !== undefined) throw error;
}

/**
 * The text of a file of the kernel's, at most `limit` bytes; undefined when it
 * holds more. A process reads it that can be left behind, for the same reason.
 *
 * @throws {SystemError} `ETIMEDOUT` when it is not there by the deadline
 */
export function readKernelFile(
  place: Place,
  limit: number,
  loop: Loop,
  deadline: Deadline,
): string | undefined {
  let result: CommandResult | undefined;
  const command = start(
    "head",
    ["-c", String(limit + 1), HANDED_OVER],
    "",
    place,
    loop,
    (it) => result = it,
    limit,
  );
  if (!waitUntil(() => result !== undefined, loop, deadline)) {
    command.kill();
    throw new SystemError(110, `${place.path}: the kernel has not answered in time`);
  }
  const error = failure(result!, place.path);
  if (error !== undefined) throw error;
  return result!.truncated ? undefined : result!.stdout;
}

function start(
  name: string,
  args: readonly string[],
  stdin: string,
  place: Place,
  loop: Loop,
  done: (result: CommandResult) => void,
  outputLimit = 4096,
): Command {
  const path = findProgram(name, PATH);
  if (path === undefined) throw new SystemError(2, `${name} (coreutils), which writes to ${place.path}`);
  const passed = place.hold();
  try {
    return new Command(loop, {
      path,
      args,
      env: { LC_ALL: "C", PATH },
      stdin,
      passed,
      outputLimit,
      timeoutMs: Infinity,
      graceMs: 0,
      done,
    });
  } finally {
    close(passed);
  }
}

/** One read of the whole text from the pipe, one write of it. The file is opened as a shell's `>` opens it. */
function writeArguments(text: string): string[] {
  const size = Math.max(1, new TextEncoder().encode(text).length);
  return [`of=${HANDED_OVER}`, `bs=${size}`, "iflag=fullblock", "status=none"];
}

function failure(result: CommandResult, path: string): SystemError | undefined {
  if (result.code === 0) return undefined;
  const said = result.stderr.trim();
  return errnoOfText(said, path) ?? new SystemError(5, `${path}: ${said || "the helper was ended"}`);
}
