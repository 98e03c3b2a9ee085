import type { Deadline } from "../base/deadline.ts";
import { Command, type CommandResult } from "./command.ts";
import { close, duplicate } from "./descriptor.ts";
import type { Place } from "./file.ts";
import type { Loop } from "./loop.ts";
import { findProgram } from "./program.ts";
import { errnoOfText, SystemError } from "./system_error.ts";
import { waitUntil } from "./wait.ts";

/** The most helpers that run at once, and the most files for one of them. */
const AT_ONCE = 8;
const TOGETHER = 16;
/** Texts up to this many bytes are always read from a pipe, and so written, in one piece (PIPE_BUF is 4096). */
const ONE_PIECE = 1024;
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
const FIRST = 3;

/** A text and the file it is for. */
export interface KernelWrite {
  place: Place;
  text: string;
}

/** Whether a path is below /sys or /proc: kernel files, written in place, whose reads and writes may block. */
export function isKernelFile(path: string): boolean {
  return path.startsWith("/sys/") || path.startsWith("/proc/");
}

/**
 * Writes each text to its file, unchanged, in one write each.
 *
 * Opening and writing a kernel file can block for ever where no signal reaches
 * it. So coreutils' `dd` does both, and `tee` where several files get the same,
 * in processes with their own descriptors, which are abandoned when the time
 * limit has passed.
 *
 * @returns for each why it failed, or undefined; a write that was not confirmed
 * by the deadline failed with `ETIMEDOUT`
 */
export function writeKernelFiles(
  jobs: readonly KernelWrite[],
  loop: Loop,
  deadline: Deadline,
): (SystemError | undefined)[] {
  const results = new Map<KernelWrite, SystemError | undefined>(
    jobs.map((job) => [job, new SystemError(110, `${job.place.path}: the kernel did not accept it in time`)]),
  );
  const done = (group: readonly KernelWrite[], result: CommandResult | SystemError) => {
    const failed = group.length > 1 && !(result instanceof SystemError) ? failuresByFile(result) : undefined;
    group.forEach((job, i) => {
      const said = result instanceof SystemError ? result : failure(result, job.place.path);
      results.set(job, failed === undefined ? said : errorOf(failed.get(i), job.place.path));
    });
  };
  const tasks = groupsOf(jobs).map((group) => ({
    program: group.length === 1 ? "dd" : "tee",
    args: group.length === 1 ? ddArguments(group[0]!.text) : group.map((_, i) => handedOver(i)),
    stdin: group[0]!.text,
    places: group.map(({ place }) => place),
    outputLimit: 8192,
    done: (result: CommandResult | SystemError) => done(group, result),
  }));
  runAll(tasks, loop, deadline);
  return jobs.map((job) => results.get(job));
}

/** `writeKernelFiles` for one file. */
export function writeKernelFile(place: Place, text: string, loop: Loop, deadline: Deadline): void {
  const [error] = writeKernelFiles([{ place, text }], loop, deadline);
  if (error !== undefined) throw error;
}

/**
 * The texts of kernel files, at most `limit` bytes each; undefined for one that
 * holds more. For the same reason, processes that can be abandoned read them;
 * `ETIMEDOUT` for what has not arrived by the deadline.
 */
export function readKernelFiles(
  places: readonly Place[],
  limit: number,
  loop: Loop,
  deadline: Deadline,
): (string | undefined | SystemError)[] {
  const late = ({ path }: Place) => new SystemError(110, `${path}: the kernel did not answer in time`);
  const texts: (string | undefined | SystemError)[] = places.map(late);
  const alone: number[] = [];
  const read = (indexes: readonly number[]) => ({
    program: "head",
    args: [
      indexes.length === 1 ? "-q" : "-v",
      "-c",
      String(limit + 1),
      ...indexes.map((_, i) => handedOver(i)),
    ],
    stdin: "",
    places: indexes.map((i) => places[i]!),
    outputLimit: indexes.length * (limit + 64),
    done(result: CommandResult | SystemError) {
      const parts = result instanceof SystemError ? undefined : partsOf(result, indexes.length);
      // One of them failed, or a file's own text looks like a heading: read them one by one.
      if (parts === undefined && indexes.length > 1) return void alone.push(...indexes);
      indexes.forEach((index, i) => {
        const path = places[index]!.path;
        const error = result instanceof SystemError ? result : failure(result, path);
        const text = parts?.[i] ?? "";
        texts[index] = error ?? (text.length > limit ? undefined : text);
      });
    },
  });
  runAll(chunks([...places.keys()], TOGETHER).map(read), loop, deadline);
  runAll(alone.map((index) => read([index])), loop, deadline);
  return texts;
}

/** `readKernelFiles` for one file. @throws {SystemError} */
export function readKernelFile(
  place: Place,
  limit: number,
  loop: Loop,
  deadline: Deadline,
): string | undefined {
  const [text] = readKernelFiles([place], limit, loop, deadline);
  if (text instanceof SystemError) throw text;
  return text;
}

interface Task {
  program: string;
  args: readonly string[];
  stdin: string;
  places: readonly Place[];
  outputLimit: number;
  done(result: CommandResult | SystemError): void;
}

/**
 * Runs helpers, several at once, until all have ended or the time limit has passed; then they are abandoned.
 */
function runAll(tasks: readonly Task[], loop: Loop, deadline: Deadline): void {
  const running = new Set<Command>();
  for (const task of tasks) {
    waitUntil(() => running.size < AT_ONCE, loop, deadline);
    if (deadline.passed) break;
    try {
      const command = start(task, loop, (result) => {
        running.delete(command);
        task.done(result);
      });
      running.add(command);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      task.done(error);
    }
  }
  waitUntil(() => running.size === 0, loop, deadline);
  for (const command of running) command.kill();
}

function start(task: Task, loop: Loop, done: (result: CommandResult) => void): Command {
  const path = findProgram(task.program, PATH);
  if (path === undefined) {
    throw new SystemError(2, `${task.program} (coreutils), which is needed for ${task.places[0]!.path}`);
  }
  const passed: number[] = [];
  try {
    for (const place of task.places) {
      const held = place.hold();
      // Above all of the helper's descriptors, so that none is overwritten before it is used.
      passed.push(duplicate(held, FIRST + TOGETHER));
      close(held);
    }
    const { args, stdin, outputLimit } = task;
    const env = { LC_ALL: "C", PATH };
    return new Command(loop, {
      ...{ path, args, env, stdin, passed, outputLimit, done },
      timeoutMs: Infinity,
      graceMs: 0,
    });
  } finally {
    passed.forEach(close);
  }
}

/** The name by which a helper reopens exactly the file that it was passed. */
function handedOver(i: number): string {
  return `/proc/self/fd/${FIRST + i}`;
}

/** One read of the whole text from the pipe, one write of it. The file is opened as a shell's `>` opens it. */
function ddArguments(text: string): string[] {
  const size = Math.max(1, new TextEncoder().encode(text).length);
  return [`of=${handedOver(0)}`, `bs=${size}`, "iflag=fullblock", "status=none"];
}

/** Adjacent files that get the same short text are written together. */
function groupsOf(jobs: readonly KernelWrite[]): KernelWrite[][] {
  const groups: KernelWrite[][] = [];
  for (const job of jobs) {
    const last = groups.at(-1);
    const fits = last !== undefined && last.length < TOGETHER && last[0]!.text === job.text &&
      job.text.length * 3 <= ONE_PIECE;
    if (fits) last.push(job);
    else groups.push([job]);
  }
  return groups;
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from(
    { length: Math.ceil(list.length / size) },
    (_, i) => list.slice(i * size, (i + 1) * size),
  );
}

/** What `head -v` printed, by file; undefined if it is unclear which part belongs to which file. */
function partsOf({ code, stdout, truncated }: CommandResult, count: number): string[] | undefined {
  if (code !== 0 || truncated) return undefined;
  if (count === 1) return [stdout];
  const parts = stdout.split(/(?:^|\n)==> \/proc\/self\/fd\/[0-9]+ <==\n/);
  return parts.length === count + 1 && parts[0] === "" ? parts.slice(1) : undefined;
}

/**
 * Which of several files `tee` could not write, by their places in its arguments, with its message; undefined
 * if it did not say which.
 */
function failuresByFile({ code, stderr }: CommandResult): Map<number, string> | undefined {
  const failed = new Map<number, string>();
  for (const line of stderr.trim().split("\n")) {
    const fd = /\/proc\/self\/fd\/([0-9]+)/.exec(line)?.[1];
    if (fd !== undefined) failed.set(Number(fd) - FIRST, line);
  }
  return code === 0 || failed.size > 0 ? failed : undefined;
}

function failure(result: CommandResult, path: string): SystemError | undefined {
  return result.code === 0 ? undefined : errorOf(result.stderr.trim() || "the helper was killed", path);
}

function errorOf(said: string | undefined, path: string): SystemError | undefined {
  if (said === undefined) return undefined;
  return errnoOfText(said, path) ?? new SystemError(5, `${path}: ${said}`);
}
