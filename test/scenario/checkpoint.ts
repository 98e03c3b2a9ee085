/** A checkpoint of the compiled program for hosts of tests, so that their calls by a link are restored from it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { HAS_NAMESPACES, Host, pause, PROGRAM, type RunOptions, type Words } from "./support.ts";

/** Whether there can be checkpoints here: root's, on x86-64. */
export const HAS_CHECKPOINTS = HAS_NAMESPACES && Deno.uid() === 0 && Deno.build.arch === "x86_64";

let source: Promise<Host> | undefined;

/** Where a host has its checkpoint. */
export function checkpointOf(host: Host): string {
  return join(host.state, "checkpoint");
}

/** Takes a checkpoint in a host's own state folder. */
export function takeCheckpoint(host: Host, ...options: string[]) {
  return host.inside(`exec "$@"`, [PROGRAM, "checkpoint", ...options]);
}

/** Gives a host a checkpoint. Those of one test file have the same: taking one needs a second. */
export async function addCheckpoint(host: Host): Promise<void> {
  source ??= takeOnce();
  const from = checkpointOf(await source);
  try {
    Deno.linkSync(from, checkpointOf(host));
  } catch {
    Deno.copyFileSync(from, checkpointOf(host));
    Deno.chmodSync(checkpointOf(host), 0o600);
  }
}

async function takeOnce(): Promise<Host> {
  const host = new Host();
  globalThis.addEventListener("unload", () => host[Symbol.dispose]());
  const { code, stdout, stderr } = await takeCheckpoint(host);
  assert.equal(code, 0, stdout + stderr);
  return host;
}

/** A host that has a checkpoint. */
export async function restoringHost(): Promise<Host> {
  const host = new Host();
  await addCheckpoint(host);
  return host;
}

/** What one call of a story gave. */
export interface Told {
  code: number;
  stdout: string;
  stderr: string;
}

/** Calls one after the other in a new host, and what came of them. */
export interface Story {
  /** Puts handlers and files in place. */
  set?(host: Host): void;
  calls: readonly Words[];
  options?: RunOptions;
  /** What the shell does with the call, which is `"$@"`. */
  script?: string;
  link?: string;
  /** Records there are in the end, where it is not one for each call. */
  records?: number;
  /** What else is to be compared. */
  look?(host: Host): unknown;
}

/** How a story went, without what is another each time: times, sizes, ids and the host's folder. */
export interface Went {
  told: Told[];
  records: unknown[];
  looked: unknown;
  /** How many of the calls were restored. */
  restored: number;
}

export async function play(story: Story, isRestored: boolean): Promise<Went> {
  using host = new Host();
  if (isRestored) await addCheckpoint(host);
  story.set?.(host);
  const { script = `exec "$@"`, link = "qemu" } = story;
  const told: Told[] = [];
  for (const words of story.calls) {
    const { code, stdout, stderr } = await host.inside(
      script,
      [host.hookLink(link), ...words],
      story.options,
    );
    told.push({ code, stdout, stderr });
  }
  const count = story.records ?? story.calls.length;
  for (let left = 200; host.records().length < count && left > 0; left--) await pause(50);
  // What runs in the background may have ended before the call.
  const records = host.records().sort((a, b) => Number("background" in a) - Number("background" in b));
  const restored = records.filter((record) => record.restored).length;
  const lasting = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value ?? null, (key, value) => isPassing(key, value) ? undefined : value)
        .replaceAll(host.folder, "FOLDER").replace(/timed out after \d+ ms/g, "timed out"),
    );
  return { told: lasting(told), records: lasting(records), looked: lasting(story.look?.(host)), restored };
}

function isPassing(key: string, value: unknown): boolean {
  return PASSING.has(key) || (key === "at" && typeof value === "number") ||
    (key === "background" && typeof value === "string");
}

const PASSING = new Set(["time", "id", "ms", "start", "memoryBytes", "restored"]);

/** Tells a story plainly and restored; fails when it does not go the same way. Gives how. */
export async function playBoth(story: Story, least = story.calls.length): Promise<Went> {
  const plain = await play(story, false);
  assert.equal(plain.restored, 0);
  for (let left = TRIES - 1;; left--) {
    const restored = await play(story, true);
    const { told, records, looked } = restored;
    assert.deepEqual({ told, records, looked }, {
      told: plain.told,
      records: plain.records,
      looked: plain.looked,
    });
    if (restored.restored >= least) return restored;
    assert.ok(left > 0, `${restored.restored} of ${story.calls.length} calls were restored`);
  }
}

/** A story is told so often: now and then memory is in the way of a call's restoring, and it starts plainly. */
const TRIES = 4;
