import type { QueuedEvent } from "./event_queue.ts";
import { DIRECTORIES, type Directories } from "../site/directories.ts";
import { detailsInXml } from "../protocol/event_details.ts";
import { EVENT } from "../protocol/operations.ts";
import { close } from "../system/descriptor.ts";
import { memoryFile, SELF, SELF_NAME } from "../system/start_detached.ts";
import { O_RDWR, walk } from "../system/file.ts";
import type { Loop } from "../system/loop.ts";
import { type Ending, Process, SIGKILL } from "../system/process.ts";

const STDERR = 2;
/** Between checks of a process whose end the kernel cannot report (before Linux 5.3), in milliseconds. */
const LOOK_MS = 50;

/**
 * Runs the handlers of an event in a separate process, which is a hook call in all but its sub-operation:
 * this same program under the name of a hook, so that it starts from a checkpoint where one exists.
 *
 * @param xml what it finds on its standard input
 * @param limitMs after this it is killed; it keeps its own deadline, so this limit serves for a process that
 * hangs in the kernel
 * @param done how it ended, or undefined if it was abandoned
 * @throws {SystemError} when it cannot be started
 */
export function startHandlers(
  event: QueuedEvent,
  xml: string,
  directories: Directories,
  loop: Loop,
  limitMs: number,
  done: (ending: Ending | undefined) => void,
): void {
  const stdin = memoryFile(new Uint8Array(new TextEncoder().encode(xml)));
  let process: Process;
  try {
    using place = walk("/dev/null", false);
    const nothing = place.open(O_RDWR);
    try {
      const { name, args } = commandLine(event, xml, directories);
      const env = { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
      process = Process.start({ path: SELF, name, args, env, stdio: [stdin, nothing, STDERR] });
    } finally {
      close(nothing);
    }
  } finally {
    close(stdin);
  }
  waitFor(process, loop, limitMs, done);
}

function waitFor(
  process: Process,
  loop: Loop,
  limitMs: number,
  done: (ending: Ending | undefined) => void,
): void {
  const { pidfd } = process;
  let isDone = false;
  const look = () => {
    const ending = process.poll();
    if (ending === undefined) {
      if (pidfd === undefined) loop.after(LOOK_MS, look);
      return;
    }
    limit.cancel();
    ended?.cancel();
    if (!isDone) done(ending);
  };
  const ended = pidfd === undefined ? undefined : loop.whenReadable(pidfd, look);
  if (pidfd === undefined) loop.after(LOOK_MS, look);
  const limit = loop.after(limitMs, () => {
    // A process that hangs in the kernel does not end even now; the guest's next event does not wait for it.
    process.signalGroup(SIGKILL);
    isDone = true;
    done(undefined);
  });
}

/** As libvirt would call the hook; spelled out where the directories are not a hook's. */
function commandLine(
  { driver, operation, domain, fields, missed, folded }: QueuedEvent,
  xml: string,
  directories: Directories,
): { name: string; args: string[] } {
  const details = {
    ...fields,
    ...detailsInXml(operation, fields, xml),
    ...(missed ? { missed } : {}),
    ...(folded > 0 ? { folded } : {}),
  };
  const call = [domain.name, operation, EVENT, JSON.stringify(details)];
  const names = ["config", "state", "log", "libvirt"] as const;
  if (names.every((name) => directories[name] === DIRECTORIES[name])) {
    return { name: `hooks/${driver}`, args: call };
  }
  const options = [
    `--config-dir=${directories.config}`,
    `--state-dir=${directories.state}`,
    `--log-dir=${directories.log}`,
    `--libvirt-run-dir=${directories.libvirt}`,
  ];
  return { name: SELF_NAME, args: ["hook", ...options, "--", driver, ...call] };
}
