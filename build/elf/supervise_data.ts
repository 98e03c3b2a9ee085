import type { Line } from "./assemble.ts";
import { UNANSWERED } from "../../src/system/supervisor.ts";
import { DRIVERS, findOperation, OPERATIONS } from "../../src/protocol/operations.ts";

/** Words of older libvirts for operations of networks. */
const OLD_WORDS = ["plugged", "unplugged"];
/** Not of events: only hookvisor itself waits for them, and the room is small. */
const HOOK_WORDS = new Set([
  ...OPERATIONS.filter(({ event }) => event === undefined).map(({ name }) => name),
  ...OLD_WORDS,
]);

/** Limits that are raised (asm-generic/resource.h), and the least value of each. */
const LIMITS: [resource: number, least: bigint][] = [
  // RLIMIT_FSIZE: a record's file, and what handlers write.
  [1, 1n << 40n],
  // RLIMIT_DATA and RLIMIT_AS: V8 reserves addresses, ten GiB for each engine alone.
  [2, 1n << 46n],
  [9, 1n << 46n],
  // RLIMIT_STACK: what --stack-size (build/compile.ts) lets V8 use, and room.
  [3, 8n << 20n],
  // RLIMIT_NOFILE
  [7, 1024n],
];
const END = -1n;

/** Signals the waiting process waits for: SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD, and 40, an answer. */
const SIGNALS = [1, 2, 3, 15, 17, 40];

const TEXTS: Record<string, string> = {
  "output name": "hookvisor",
  proc: "/proc/",
  task: "/task/",
  children: "/children",
  "record word": UNANSWERED,
  "line begin": "<3>hookvisor: ",
  refused: " refused",
  "goes on": " goes on",
  "not within": ": timed out after ",
  "it hangs": " ms: it hangs in the kernel",
  "by signal": ": its process ended: signal ",
  "with code": ": its process ended: exit code ",
  nothing: "/dev/null",
  environment: "DENO_V8_FLAGS=--jitless",
  self: "/proc/self/exe",
  "kernel log": "/dev/kmsg",
};

/** SIGSTOP as a set of signals, which blocks nothing: `look at end` (fail_code.ts). Its third byte is not zero. */
export const LAST_WORD: Line[] = data("last word", words([1n << 18n]));

/** What the code of SUPERVISE, WAIT and GIVE_UP looks up: libvirt's drivers and operations, limits, texts. */
export const SUPERVISE_DATA: Line[] = [
  data("drivers", bytes([...DRIVERS, ""].map((driver) => `${driver}\0`).join(""))),
  data("operations", operations()),
  data("limits", words([...LIMITS.flatMap(([resource, least]) => [BigInt(resource), least]), END])),
  data("signals", words([SIGNALS.reduce((set, signal) => set | 1n << BigInt(signal - 1), 0n)])),
  ...Object.entries(TEXTS).map(([label, value]) => data(label, bytes(`${value}\0`))),
].flat();

function data(label: string, value: Uint8Array): Line[] {
  return [{ label }, { data: value, is: label }];
}

/**
 * Rows of a byte with a bit for each driver, a byte for the exit code of a failure, four for the time in milliseconds,
 * and the operation's name; a zero byte ends them.
 */
function operations(): Uint8Array {
  const rows = DRIVERS.flatMap((driver, i) =>
    [...HOOK_WORDS].flatMap((word) => {
      const known = findOperation(driver, word);
      if (known === undefined || known.event !== undefined) return [];
      const row = new DataView(new ArrayBuffer(6));
      row.setUint8(0, 1 << i);
      row.setUint8(1, known.onFailure === "abort" ? 1 : 0);
      row.setUint32(2, known.timeoutMs, true);
      return [{ word, row }];
    })
  );
  // Drivers that agree share a row.
  const shared = new Map<string, { word: string; row: DataView<ArrayBuffer> }>();
  for (const { word, row } of rows) {
    const key = `${word} ${row.getUint8(1)} ${row.getUint32(2)}`;
    const same = shared.get(key);
    if (same === undefined) shared.set(key, { word, row });
    else same.row.setUint8(0, same.row.getUint8(0) | row.getUint8(0));
  }
  const parts = [...shared.values()].flatMap(({ word, row }) => [
    ...new Uint8Array(row.buffer),
    ...bytes(`${word}\0`),
  ]);
  return new Uint8Array([...parts, 0]);
}

function words(values: bigint[]): Uint8Array {
  return new Uint8Array(new BigInt64Array(values.map((value) => BigInt.asIntN(64, value))).buffer);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
