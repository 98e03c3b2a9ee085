import { type BackgroundRun, runsDirectory } from "./background_runs.ts";
import type { Config } from "../site/config.ts";
import type { Directories } from "../site/directories.ts";
import { sendToJournald } from "../records/journald.ts";
import { appendRecord, makeRecord } from "../records/write_record.ts";
import { close } from "../system/descriptor.ts";
import { listDirectory, O_RDWR, readAll, walk } from "../system/file.ts";
import { tryLockByte } from "../system/range_lock.ts";
import { SystemError } from "../system/system_error.ts";

const LARGEST = 1024 * 1024;

/**
 * Writes the records of handlers in the background whose processes have ended without one: a signal ended them, as
 * systemd sends it to all processes of a service that it stops, unless its unit says `KillMode=process`.
 */
export function recordKilled(directories: Directories, log: Config["log"]): void {
  const directory = runsDirectory(directories);
  for (const name of listDirectory(directory) ?? []) {
    // Those with a dot are just being written.
    const run = name.startsWith(".") ? undefined : takeKilled(`${directory}/${name}`);
    if (run === undefined) continue;
    const { event, handler, of, caller } = run;
    const message = "its process was killed or crashed before it had ended; this was seen at a later call";
    const record = {
      ...makeRecord(event, {
        verdict: "ignore",
        exitCode: 0,
        handlers: [{ name: handler, outcome: "resources", onFailure: "ignore", message, ms: 0, calls: [] }],
        background: of,
        ...(caller === undefined ? {} : { caller }),
      }),
      ms: 0,
    };
    delete record.restored;
    appendRecord(directories.log, record, log);
    sendToJournald(record, directories.journald);
  }
}

/** Removes the file and gives what it says, if nobody has locked it. */
function takeKilled(path: string): BackgroundRun | undefined {
  try {
    using place = walk(path, false);
    const fd = place.open(O_RDWR);
    try {
      if (!tryLockByte(fd)) return undefined;
      const bytes = readAll(fd, LARGEST);
      // Another call may have been faster; then this fails.
      place.unlink();
      return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes)) as BackgroundRun;
    } finally {
      close(fd);
    }
  } catch (error) {
    if (error instanceof SystemError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
