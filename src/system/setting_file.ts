import type { Deadline } from "../base/deadline.ts";
import { close } from "./descriptor.ts";
import { O_RDONLY, type Place, readAll } from "./file.ts";
import { isKernelFile, readKernelFiles, writeKernelFiles } from "./kernel_file.ts";
import type { Loop } from "./loop.ts";
import { NotOrdinary, openOrdinary, refuseUnlessOrdinary } from "./ordinary_file.ts";
import { replaceFile } from "./replace_file.ts";
import { SystemError } from "./system_error.ts";

/** The largest text of a setting file, in bytes. */
const LIMIT = 64 * 1024;

/** Waits happen here, and never last longer than this. */
export interface Waiting {
  loop: Loop;
  deadline: Deadline;
}

/**
 * The contents of a file that is set and later restored: a kernel file, or an
 * ordinary one of UTF-8 text, at most 64 KiB.
 *
 * @throws {SystemError}
 * @throws {NotOrdinary}
 */
export function readSetting(place: Place, waiting: Waiting): string {
  const [text] = readSettings([place], waiting);
  if (typeof text !== "string") throw text;
  return text;
}

/** `readSetting` for several files; in place of a text that cannot be read, the reason. */
export function readSettings(
  places: readonly Place[],
  { loop, deadline }: Waiting,
): (string | SystemError | NotOrdinary)[] {
  const kernels = places.filter(({ path }) => isKernelFile(path));
  const texts = readKernelFiles(kernels, LIMIT, loop, deadline);
  return places.map((place) => {
    const i = kernels.indexOf(place);
    return i >= 0 ? texts[i] ?? new SystemError(27, place.path) : expected(() => readOrdinary(place));
  });
}

function expected<T>(act: () => T): T | SystemError | NotOrdinary {
  try {
    return act();
  } catch (error) {
    if (error instanceof SystemError || error instanceof NotOrdinary) return error;
    throw error;
  }
}

function readOrdinary(place: Place): string {
  const status = place.status();
  if (status === undefined) throw new SystemError(2, place.path);
  const fd = openOrdinary(place, O_RDONLY, status, "change");
  try {
    const bytes = readAll(fd, LIMIT);
    if (bytes === undefined) throw new SystemError(27, place.path);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new NotOrdinary(`${place.path} contains text that is not UTF-8`);
    throw error;
  } finally {
    close(fd);
  }
}

/**
 * Writes settings: an ordinary file is replaced as a whole, a kernel file written in place. Returns for each
 * why it failed.
 */
export function writeSettings(
  jobs: readonly { place: Place; text: string }[],
  { loop, deadline }: Waiting,
): (SystemError | NotOrdinary | undefined)[] {
  const kernels = jobs.filter(({ place }) => isKernelFile(place.path));
  const written = writeKernelFiles(kernels, loop, deadline);
  return jobs.map((job) => {
    const i = kernels.indexOf(job);
    return i >= 0 ? written[i] : replaced(job.place, job.text);
  });
}

function replaced(place: Place, text: string): SystemError | NotOrdinary | undefined {
  return expected(() => {
    const status = place.status();
    if (status === undefined) throw new SystemError(2, place.path);
    refuseUnlessOrdinary(place, status, "change");
    replaceFile(place, status, new TextEncoder().encode(text));
    return undefined;
  });
}

/**
 * The text that restores a file's value, which for a kernel file is not always
 * the text that was read: a choice is read as `always [madvise] never` and
 * written as one word, an empty `driver_override` is read as `(null)` and
 * written as a line end (Linux, Documentation/ABI).
 */
export function settingText(path: string, read: string): string {
  if (!isKernelFile(path)) return read;
  const text = read.replace(/\n$/, "");
  if (text === "(null)") return "\n";
  const words = text.split(" ").filter((word) => word !== "");
  const chosen = words.filter((word) => /^\[[^\[\]]+\]$/.test(word));
  const isChoice = chosen.length === 1 &&
    words.every((word) => /^[^\[\]\n]+$/.test(word) || word === chosen[0]);
  return isChoice ? chosen[0]!.slice(1, -1) : read;
}
