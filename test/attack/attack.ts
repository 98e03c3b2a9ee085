import { basename, join } from "node:path";
import { addCheckpoint } from "../scenario/checkpoint.ts";
import { type Ended, fixture, Host } from "../scenario/support.ts";
import type { HookRecord } from "../../src/records/record.ts";

/**
 * One hostile handler, a file in handlers/. After its manifest stand lines for us:
 *
 * - `// expect: timeout|resources` the causes that are right for it, or `success`
 * - `// says: TEXT` what its message holds
 * - `// time: MS` what it is given, where that is not a second
 * - `// then: record < BYTES` how large its record may be at most
 * - `// then: canary after MS` how long to wait before looking whether it did what it must not
 *
 * In its text `@{SCRATCH}`, `@{CANARY}` and `@{TAG}` stand for a folder it may be given, a file that must stay as it
 * is, and digits that mark its processes; `@{1000*(}` for a thousand brackets.
 */
export interface Attack {
  name: string;
  text: string;
  expect: string[];
  says: string | undefined;
  timeMs: number;
  largestRecord: number;
  lookAfterMs: number;
}

/** What became of an attack. Times are milliseconds, sizes KiB. */
export interface Result {
  name: string;
  isRestored: boolean;
  verdict: string;
  cause: string;
  message: string;
  /** From just before the process's start to its end and that of its output, over the handler's time. */
  lateMs: number;
  peakKiB: number;
  /** What is wrong; empty when it held. */
  wrong: string[];
}

/** The time the whole call is given by `config.yaml`, unless an attack says otherwise. */
const HANDLER_MS = 1_000;
/** What libvirt is promised. */
const MOST_LATE_MS = 1_000;
const MOST_PEAK_KIB = 256 * 1024;

const HANDLERS = join(import.meta.dirname!, "handlers");

/** All attacks, by name. */
export function readAttacks(): Attack[] {
  const names = [...Deno.readDirSync(HANDLERS)].map((entry) => entry.name).sort();
  return names.map((name) => readAttack(basename(name, ".js"), Deno.readTextFileSync(join(HANDLERS, name))));
}

function readAttack(name: string, text: string): Attack {
  const line = (pattern: RegExp) => pattern.exec(text)?.[1];
  const expect = line(/^\/\/ expect: (.+)$/m);
  if (expect === undefined) throw new Error(`${name}.js does not say what to expect`);
  return {
    name,
    text,
    expect: expect.split("|"),
    says: line(/^\/\/ says: (.+)$/m),
    timeMs: Number(line(/^\/\/ time: (\d+)$/m) ?? HANDLER_MS),
    largestRecord: Number(line(/^\/\/ then: record < (\d+)$/m) ?? 2_000_000),
    lookAfterMs: Number(line(/^\/\/ then: canary after (\d+)$/m) ?? 0),
  };
}

/** A restored call is made so often at most: now and then memory is in the way, and the process starts plainly. */
const TRIES = 3;

/**
 * Makes a `qemu prepare` call with the attack as its handler.
 *
 * @param isRestored whether the call is one that is restored from a checkpoint
 */
export async function attack(one: Attack, isRestored: boolean): Promise<Result> {
  for (let left = TRIES - 1;; left--) {
    const { result, wasRestored } = await tryAttack(one, isRestored);
    // One that went wrong is never tried again: a process that died has no record to say how it started.
    if (isRestored === wasRestored || result.wrong.length > 0) return result;
    if (left > 0) continue;
    return { ...result, wrong: [...result.wrong, `it was ${wasRestored ? "restored" : "started plainly"}`] };
  }
}

async function tryAttack(
  one: Attack,
  isRestored: boolean,
): Promise<{ result: Result; wasRestored: boolean }> {
  using host = new Host();
  if (isRestored) await addCheckpoint(host);
  const scratch = host.scratch();
  const canary = join(host.folder, "canary");
  const tag = String(crypto.getRandomValues(new Uint32Array(1))[0]).padStart(10, "0");
  plant(scratch, canary);
  const places: Record<string, string> = { SCRATCH: scratch, CANARY: canary, TAG: tag };
  const text = one.text.replace(/@\{(\d+)\*(.+?)\}/g, (_, times, part) => part.repeat(Number(times)))
    .replace(/@\{(\w+)\}/g, (all, name) => places[name] ?? all);
  host.file("handlers/10-attack.js", text);
  host.file("config.yaml", `timeouts: {qemu/prepare: ${one.timeMs}ms}\n`);
  const options = {
    stdin: fixture("9.0.0/003-qemu-prepare"),
    memory: true,
    giveUpMs: one.timeMs + 15_000,
  };
  const ended = isRestored
    ? await host.link("qemu", ["v1", "prepare", "begin", "-"], options)
    : await host.hook(["qemu", "v1", "prepare", "begin", "-"], options);
  const wrong = [...checkEnding(ended, one.timeMs), ...await checkProcesses(tag)];
  // An answer may go out before its record is written.
  for (let left = 200; host.records().length === 0 && left > 0; left--) {
    await new Promise((done) => setTimeout(done, 50));
  }
  const [record] = host.records();
  if (record === undefined) wrong.push("there is no record");
  else wrong.push(...checkRecord(one, ended, record, Deno.statSync(join(host.log, "events.jsonl")).size));
  await new Promise((done) => setTimeout(done, one.lookAfterMs));
  if (Deno.readTextFileSync(canary) !== CANARY) wrong.push("it did what it must not");
  const entry = record?.handlers[0];
  const result = {
    name: one.name,
    isRestored,
    verdict: record?.verdict ?? "none",
    cause: entry?.outcome ?? "none",
    message: entry?.message ?? "",
    lateMs: Math.max(ended.exitMs, ended.eofMs) - one.timeMs,
    peakKiB: ended.peakKiB,
    wrong,
  };
  // The record of a call that came too late to answer does not know.
  const isUnanswered = entry?.message?.includes("hangs in the kernel") === true;
  return { result, wasRestored: record?.restored === true || (isRestored && isUnanswered) };
}

const CANARY = "untouched\n";

/** Traps on the way out of the one folder that some attacks may write to. */
function plant(scratch: string, canary: string): void {
  Deno.writeTextFileSync(canary, CANARY);
  Deno.symlinkSync(canary, join(scratch, "link"));
  Deno.symlinkSync("..", join(scratch, "linkdir"));
  Deno.symlinkSync("loop", join(scratch, "loop"));
  Deno.symlinkSync("/proc/self", join(scratch, "self"));
  Deno.symlinkSync("/dev/null", join(scratch, "null"));
  new Deno.Command("mkfifo", { args: [join(scratch, "fifo")] }).outputSync();
}

function checkEnding(ended: Ended, timeMs: number): string[] {
  const wrong: string[] = [];
  if (ended.signal !== null) wrong.push(`it was ended by ${ended.signal}`);
  if (ended.stdout !== "") wrong.push("stdout is not empty");
  if (
    ended.code === 0
      ? ended.stderr !== ""
      : !/^hookvisor: v1: prepare refused by 10-attack: [^\n]+\n$/.test(ended.stderr)
  ) {
    wrong.push(`stderr: ${JSON.stringify(ended.stderr.slice(0, 300))}`);
  }
  if (ended.stderr.length > 1_100) wrong.push(`stderr has ${ended.stderr.length} characters`);
  const late = Math.max(ended.exitMs, ended.eofMs) - timeMs;
  if (late > MOST_LATE_MS) wrong.push(`${Math.round(late)} ms past its deadline`);
  if (ended.eofMs > ended.exitMs + 200) {
    wrong.push(`stdout and stderr were open ${ended.eofMs - ended.exitMs} ms longer`);
  }
  if (ended.peakKiB > MOST_PEAK_KIB) wrong.push(`${Math.round(ended.peakKiB / 1024)} MiB at its peak`);
  return wrong;
}

function checkRecord(one: Attack, ended: Ended, record: HookRecord, size: number): string[] {
  const wrong: string[] = [];
  const [entry] = record.handlers;
  const cause = entry?.outcome ?? "none";
  if (!one.expect.includes(cause)) {
    wrong.push(`ended by ${cause}, not ${one.expect.join(" or ")}: ${entry?.message}`);
  }
  const verdict = cause === "success" ? "success" : "abort";
  if (record.verdict !== verdict) wrong.push(`the verdict is ${record.verdict}, not ${verdict}`);
  if (ended.code !== (verdict === "abort" ? 1 : 0)) wrong.push(`exit code ${ended.code}`);
  if (one.says !== undefined && !entry?.message?.includes(one.says)) {
    wrong.push(`it does not say "${one.says}"`);
  }
  if (/internal error/.test(entry?.message ?? "")) wrong.push("hookvisor itself failed");
  if (size > one.largestRecord) wrong.push(`its record has ${size} bytes`);
  return wrong;
}

/** Commands are ended with their handler; a process that was killed may take a moment. */
async function checkProcesses(tag: string): Promise<string[]> {
  for (let wait = 0; wait < 10; wait++) {
    if (countProcesses(tag) === 0) return [];
    await new Promise((done) => setTimeout(done, 50));
  }
  return [`${countProcesses(tag)} of its commands still run`];
}

function countProcesses(tag: string): number {
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (Deno.readTextFileSync(`/proc/${name}/cmdline`).includes(tag)) count++;
    } catch {
      // It has just ended.
    }
  }
  return count;
}
