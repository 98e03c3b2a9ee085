import { STEPS_SIZE } from "./checkpoint_bytes.ts";
import { decodeSteps } from "./steps.ts";
import { entrySegment } from "./os/entry_segment.ts";
import { SYSTEM_CALLS } from "./os/system_calls.ts";
import { close, readSome } from "../system/descriptor.ts";
import { linkStatus, openPlain } from "../system/file.ts";

/** What a checkpoint contains, for inspection. Sizes are bytes. */
export interface CheckpointDescription {
  size: number;
  /** When it was created: RFC 3339, UTC. */
  taken: string;
  /** The first 16 bytes in hexadecimal, which identify one build of the program. */
  tag: string;
  /** Whether that build is the one running now. */
  ofThisProgram: boolean;
  /** The steps of a restored process, in total and by system call; `compare` checks that two places are equal. */
  steps: number;
  byCall: Record<string, number>;
  /**
   * Mapped memory: from the checkpoint, from other files, and empty; and the memory that is copied from the
   * checkpoint.
   */
  mappings: Record<"checkpoint" | "files" | "empty" | "copied", { count: number; bytes: number }>;
}

// sys/mman.h
const MAP_ANONYMOUS = 0x20;
const MAP_POPULATE = 0x8000;
const CHECKPOINT = 3;
const HEADER = 64;

/** Undefined where none exists; a text says why it cannot be read. @throws {SystemError} */
export function describeCheckpoint(file: string): CheckpointDescription | string | undefined {
  const status = linkStatus(file);
  if (status === undefined) return undefined;
  const fd = openPlain(file);
  if (fd === undefined) return undefined;
  const room = new Uint8Array(STEPS_SIZE);
  let length = 0;
  try {
    length = readSome(fd, room) ?? 0;
  } finally {
    close(fd);
  }
  const bytes = room.subarray(0, length);
  if (bytes.length < HEADER) return `not a checkpoint: it has only ${bytes.length} bytes`;
  const steps = decodeSteps(bytes);
  const names = new Map(Object.entries(SYSTEM_CALLS).map(([name, number]) => [number, name]));
  const byCall: Record<string, number> = {};
  const none = () => ({ count: 0, bytes: 0 });
  const mappings = { checkpoint: none(), files: none(), empty: none(), copied: none() };
  for (const { number, args } of steps) {
    const name = number < 0 ? "compare" : names.get(number) ?? String(number);
    byCall[name] = (byCall[name] ?? 0) + 1;
    if (number !== SYSTEM_CALLS.mmap) continue;
    const [, length = 0, , flags = 0, fd] = args;
    const kind = (flags & MAP_ANONYMOUS) === 0
      ? fd === CHECKPOINT ? "checkpoint" : "files"
      : (flags & MAP_POPULATE) === 0
      ? "empty"
      : "copied";
    mappings[kind].count++;
    mappings[kind].bytes += length;
  }
  const tag = bytes.subarray(0, 16).toHex();
  return {
    size: status.size,
    taken: new Date(Number(status.modifiedNs / 1_000_000n)).toISOString(),
    tag,
    ofThisProgram: entrySegment()?.tag.toHex() === tag,
    steps: steps.length,
    byCall,
    mappings,
  };
}
