import { BOOT_ID, checkpointBytes, type Report } from "./checkpoint_bytes.ts";
import { CheckpointError } from "./checkpoint_error.ts";
import {
  lockFile,
  PLAIN,
  PLAIN_START,
  PROBE,
  REHEARSE,
  RESTORED,
  TRIAL_START,
  trialFile,
  triedFile,
} from "./checkpoint_names.ts";
import { rehearsalDirectories, rehearsedHandlers } from "./rehearsal.ts";
import { Deadline } from "../base/deadline.ts";
import { checkpointFile, type Directories } from "../site/directories.ts";
import { writeIndex } from "../site/write_index.ts";
import { readSite } from "../site/read_site.ts";
import { createFile, makeDirectory, readText, removeNamed, removeTree } from "../system/admin_files.ts";
import { Child } from "../system/child.ts";
import { bindDatagramSocket } from "../system/datagram.ts";
import { close } from "../system/descriptor.ts";
import { SELF, SELF_NAME } from "../system/start_detached.ts";
import { entrySegment } from "./os/entry_segment.ts";
import { touch } from "../system/modified.ts";
import { pause } from "../system/pause.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { removePrivate, renamePrivate, writePrivateBytes } from "../system/private_file.ts";
import { processId } from "../system/process_id.ts";
import { findProgram } from "../system/program.ts";
import { RangeLock } from "../system/range_lock.ts";
import { StoppedProcess } from "./os/stopped_process.ts";
import { userId } from "../system/self.ts";

/**
 * The time limit of the rehearsal, and of each wait. No user waits for all of it; an emulated processor on a
 * busy machine needed half a minute for the rehearsal.
 */
const TIMEOUT_MS = 120_000;
const LOOK_MS = 2;
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
const RANDOMIZE = "/proc/sys/kernel/randomize_va_space";
/** About once in some hundred starts, a new process's own memory occupies the checkpoint's addresses. */
const PROBES = 5;

/**
 * Creates a checkpoint: starts this program, lets it rehearse (become_checkpoint.ts), saves its memory and
 * its kernel state, and tests whether new processes start from that.
 *
 * @returns the file's size in bytes, or undefined when another process is creating one now
 * @throws {CheckpointError} when this host cannot have one; an existing one stays
 * @throws {AdminFileError | SystemError} when files or processes fail
 */
export async function takeCheckpoint({ state }: Pick<Directories, "state">): Promise<number | undefined> {
  const segment = entrySegment();
  if (segment === undefined) {
    throw new CheckpointError("checkpoints exist for x86-64 only");
  }
  if (readText(RANDOMIZE)?.trim() === "0") {
    throw new CheckpointError(
      "this host disables address space randomization (randomize_va_space is 0)",
    );
  }
  if (userId() !== 0) throw new CheckpointError("only hook calls run as root start from a checkpoint");
  const trouble = privateDirectory(state);
  if (trouble !== undefined) throw new CheckpointError(trouble);
  using lock = new RangeLock(lockFile(state));
  if (!lock.tryLock("take")) return undefined;
  touch(triedFile(state));
  const file = checkpointFile({ state });
  const folder = `${state}/.rehearsal`;
  const trial = trialFile(state);
  removeTree(folder);
  // Files that a killed process left behind.
  removeNamed(state, ".checkpoint.");
  let journald: number | undefined;
  try {
    await setStage(folder);
    journald = bindDatagramSocket(rehearsalDirectories(folder).journald);
    const parts = await rehearse(folder, segment.tag);
    writePrivateBytes(trial, ...parts);
    const trouble = tryOut(folder);
    if (trouble !== undefined) throw new CheckpointError(trouble);
    renamePrivate(trial, file);
    return parts.reduce((sum, { length }) => sum + length, 0);
  } finally {
    if (journald !== undefined) close(journald);
    removePrivate(trial);
    removeTree(folder);
  }
}

/** Whether new processes start from the existing checkpoint. */
export function startsFromIt(): boolean {
  for (let i = 0; i < PROBES; i++) if (probe("-") === RESTORED) return true;
  return false;
}

/** What fails in new processes that make the rehearsal's calls; undefined if nothing fails. */
function tryOut(folder: string): string | undefined {
  const said = Array.from({ length: PROBES }, () => probe(folder, { [TRIAL_START]: "1" }));
  const other = said.find((one) => one !== RESTORED && one !== PLAIN);
  if (other !== undefined) return `a process started from it failed: ${other || "it exited without output"}`;
  return said.includes(RESTORED) ? undefined : "processes that should have started from it started plainly";
}

function probe(folder: string, env: Record<string, string> = {}): string {
  using child = new Child({
    path: SELF,
    name: SELF_NAME,
    args: [PROBE, folder, "-", "-"],
    env: { NO_COLOR: "1", PATH, ...env },
  });
  return child.output(Deadline.in(TIMEOUT_MS));
}

/** Writes the rehearsal's handlers, and the index of them that a call finds. */
async function setStage(folder: string): Promise<void> {
  const directories = rehearsalDirectories(folder);
  makeDirectory(folder, 0o700);
  const { config, state, log, libvirt } = directories;
  for (const directory of [config, state, log, libvirt]) makeDirectory(directory, 0o700);
  makeDirectory(`${config}/handlers`, 0o700);
  const value = `${folder}/value`;
  createFile(value, "value\n", 0o600);
  const handlers = rehearsedHandlers(findProgram("true", PATH) ?? "/bin/true", value);
  for (const [name, text] of Object.entries(handlers)) {
    createFile(`${config}/handlers/${name}`, text, 0o600);
  }
  const note = await writeIndex(directories, () => readSite(directories, 0), () => false);
  if (note !== undefined) throw new CheckpointError(note);
}

async function rehearse(folder: string, tag: Uint8Array): Promise<Uint8Array<ArrayBuffer>[]> {
  const deadline = Deadline.in(TIMEOUT_MS);
  // Without restartable sequences, which would have to be registered with the kernel again.
  const env = {
    [PLAIN_START]: "plain",
    GLIBC_TUNABLES: "glibc.pthread.rseq=0",
    LC_ALL: "C",
    NO_COLOR: "1",
    PATH,
  };
  using child = new Child(
    { path: SELF, name: SELF_NAME, args: [REHEARSE, folder, String(processId())], env },
    true,
  );
  const text = child.output(deadline, (text) => text.endsWith("\n"));
  const { pid } = child.process;
  const late = "the rehearsal timed out";
  if (text === "" && deadline.passed) throw new CheckpointError(late);
  const report = parseReport(text);
  while (!StoppedProcess.isStopped(pid)) {
    if (deadline.passed) throw new CheckpointError(late);
    await pause(LOOK_MS);
  }
  using process = new StoppedProcess(pid);
  return checkpointBytes(process, report, tag, readText(BOOT_ID)?.trim() ?? "");
}

function parseReport(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const said = text.replace(/^error: Uncaught \(in promise\) /, "").split("\n", 1)[0];
    throw new CheckpointError(`the rehearsal failed: ${said || "it exited without output"}`);
  }
}
