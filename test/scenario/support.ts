/**
 * What scenario tests share: a configuration of their own in a temporary folder, and the compiled program called as
 * libvirt calls it, with what it gave, and when. Long because a call has many sides: its input, its environment, its
 * place, its time and its memory.
 */
import { dirname, join } from "node:path";
import type { HookRecord } from "../../src/records/record.ts";
import { inComments } from "../manifest/in_comments.ts";

const TEST = join(import.meta.dirname!, "..");

/** The compiled program. */
export const PROGRAM = join(TEST, "../dist/hookvisor");

/** All that a daemon started by systemd hands down. */
export const ENVIRONMENT = { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

/** How a call is made; what is left out is as libvirt does it. */
export interface RunOptions {
  /** What is written to standard input, which is then closed; `open`: nothing, and it stays open. Default: `/dev/null`. */
  stdin?: string | Uint8Array<ArrayBuffer> | "open";
  /** The whole environment. */
  env?: Record<string, string>;
  cwd?: string;
  uid?: number;
  /** Also look at the process's peak memory while it runs. */
  memory?: boolean;
  /** Milliseconds after which the process is killed and the test fails. */
  giveUpMs?: number;
}

/** What a process gave. Times are milliseconds since just before its start. */
export interface Ended {
  code: number;
  signal: string | null;
  stdout: string;
  stderr: string;
  exitMs: number;
  /** When both stdout and stderr were at their end: libvirt waits for that. */
  eofMs: number;
  /** Bytes of standard input that were taken, as far as the writer could tell. */
  stdinTaken: number;
  /** Peak resident memory in KiB; 0 unless asked for. */
  peakKiB: number;
}

const NO_PEAK = { stop: () => 0 };

/** Runs a program to its end. `path` becomes its `argv[0]`. */
export async function run(path: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { stdin, env = ENVIRONMENT, cwd = "/", uid, memory = false, giveUpMs = 60_000 } = options;
  const started = performance.now();
  const child = new Deno.Command(path, {
    args: [...args],
    clearEnv: true,
    env,
    cwd,
    ...(uid === undefined ? {} : { uid, gid: uid }),
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const peak = memory ? watchPeak(child.pid) : NO_PEAK;
  const killer = setTimeout(() => child.kill("SIGKILL"), giveUpMs);
  const input = stdin === undefined ? undefined : feed(child.stdin, stdin);
  const [status, stdout, stderr] = await Promise.all([
    child.status.then((status) => ({ ...status, ms: performance.now() - started, peak: peak.stop() })),
    new Response(child.stdout).text().then((text) => ({ text, ms: performance.now() - started })),
    new Response(child.stderr).text().then((text) => ({ text, ms: performance.now() - started })),
  ]);
  clearTimeout(killer);
  return {
    code: status.code,
    signal: status.signal,
    stdout: stdout.text,
    stderr: stderr.text,
    exitMs: status.ms,
    eofMs: Math.max(stdout.ms, stderr.ms),
    stdinTaken: await input?.() ?? 0,
    peakKiB: status.peak,
  };
}

/** Writes in pieces, so that it can be told how much was taken. Gives a function that closes and tells. */
function feed(stream: WritableStream<Uint8Array<ArrayBuffer>>, text: string | Uint8Array<ArrayBuffer>) {
  const writer = stream.getWriter();
  const bytes = typeof text === "string" ? new TextEncoder().encode(text === "open" ? "" : text) : text;
  let taken = 0;
  const done = (async () => {
    if (text === "open") return;
    try {
      for (let at = 0; at < bytes.length; at += 4096) {
        const piece = bytes.subarray(at, at + 4096);
        await writer.write(piece);
        taken += piece.length;
      }
      await writer.close();
    } catch {
      // Nobody reads any more.
    }
  })();
  return async () => {
    await done;
    await writer.close().catch(() => {});
    return taken;
  };
}

/**
 * Looks at VmHWM every few milliseconds: the kernel keeps the peak, so nothing but the very last moment is missed. A
 * hook call is two processes, so children are looked at too; the largest counts.
 */
function watchPeak(pid: number): { stop(): number } {
  let peak = 0;
  let children: number[] = [];
  const look = (one: number): void => {
    try {
      const found = /^VmHWM:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${one}/status`));
      if (found) peak = Math.max(peak, Number(found[1]));
    } catch {
      // It has just ended.
    }
  };
  const timer = setInterval(() => {
    look(pid);
    if (children.length < 2) children = hookChildren(pid);
    children.forEach(look);
  }, 3);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

/** Processes below one that run hookvisor: no commands. */
function hookChildren(pid: number): number[] {
  try {
    const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).split(" ").filter((word) =>
      word !== ""
    );
    return children.map(Number).flatMap((child) => {
      const isHook = Deno.readLinkSync(`/proc/${child}/exe`) === PROGRAM;
      return [...isHook ? [child] : [], ...hookChildren(child)];
    });
  } catch {
    return [];
  }
}

/** The five words of a hook call: driver, object, operation, sub-operation, extra. */
export type Words = readonly string[];

/** A configuration, records and state of their own, in a temporary folder that only its owner can enter. */
export class Host {
  readonly folder: string;
  readonly config: string;
  readonly handlers: string;
  readonly log: string;
  readonly state: string;

  constructor() {
    this.folder = Deno.makeTempDirSync({ prefix: "hookvisor-test-" });
    this.config = join(this.folder, "etc");
    this.handlers = join(this.config, "handlers");
    this.log = join(this.folder, "log");
    this.state = join(this.folder, "run");
    for (const path of [this.config, this.handlers, this.log, this.state]) this.#makeFolder(path);
    // Else the first call by a link would start a process that takes a checkpoint.
    Deno.writeTextFileSync(join(this.state, "checkpoint.tried"), "", { mode: 0o600 });
  }

  /** A handler: `manifest` is YAML, `body` the inside of the function `(event, host)`. */
  handler(name: string, manifest: string, body = ""): string {
    return this.file(
      `handlers/${name}.js`,
      `${inComments(manifest)}export default async function (event, host) {\n${body}\n}\n`,
    );
  }

  /** A file below the configuration's folder, whatever this process's umask. */
  file(name: string, text: string, mode = 0o644): string {
    const path = join(this.config, name);
    Deno.writeTextFileSync(path, text);
    Deno.chmodSync(path, mode);
    return path;
  }

  /** A folder for a handler to work in. */
  scratch(name = "scratch"): string {
    const path = join(this.folder, name);
    this.#makeFolder(path);
    return path;
  }

  /** Calls the program as `hookvisor hook …`. */
  hook(words: Words, options?: RunOptions): Promise<Ended> {
    return run(PROGRAM, this.arguments(words), options);
  }

  arguments(words: Words): string[] {
    const folders = ["--config-dir", this.config, "--log-dir", this.log, "--state-dir", this.state];
    return ["hook", ...folders, ...words];
  }

  /**
   * Calls the program by a link in a hooks directory: `qemu`, or `qemu.d/50-hookvisor`. A link always looks into
   * /etc/hookvisor, so the call is made where that is this folder.
   */
  link(link: string, words: Words, options?: RunOptions): Promise<Ended> {
    return this.inside(`exec "$@"`, [this.hookLink(link), ...words], options);
  }

  /** Makes such a link, where there is none yet; gives its path. */
  hookLink(link = "qemu", to = PROGRAM): string {
    const path = join(this.folder, "hooks", link);
    this.#makeFolder(dirname(path));
    try {
      Deno.symlinkSync(to, path);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
    return path;
  }

  /** Runs a shell script where /etc/hookvisor, /var/log/hookvisor and /run/hookvisor are this host's folders, and /tmp, /var/tmp, /dev/shm empty. */
  inside(script: string, args: readonly string[], options?: RunOptions): Promise<Ended> {
    const { words, env } = this.namespace(script, args, options?.env);
    return run("unshare", words, { ...options, env });
  }

  /** How `unshare` must be started for that. */
  namespace(script: string, args: readonly string[], given: Record<string, string> = ENVIRONMENT) {
    // Its own folder lies below the /tmp that is about to be covered.
    const setUp = `set -e
mount -t tmpfs -o mode=755 none /mnt
mkdir /mnt/own /mnt/dist && mount --bind "$FOLDER" /mnt/own && mount --bind "$DIST" /mnt/dist
for place in /etc /var/log /run; do
  mount -t tmpfs -o mode=755 none $place && mkdir $place/hookvisor
done
mount --bind /mnt/own/etc /etc/hookvisor
mount --bind /mnt/own/log /var/log/hookvisor
mount --bind /mnt/own/run /run/hookvisor
for place in /tmp /var/tmp /dev/shm; do mount -t tmpfs -o mode=1777 none $place; done
mkdir -p "$FOLDER" && mount --bind /mnt/own "$FOLDER"
# The clone may lie below a place that is covered now.
[ -e "$DIST/hookvisor" ] || { mkdir -p "$DIST" && mount --bind /mnt/dist "$DIST"; }
unset FOLDER DIST
`;
    const env = { PATH: ENVIRONMENT.PATH, ...given, FOLDER: this.folder, DIST: dirname(PROGRAM) };
    return { words: [...NAMESPACE, "sh", "-c", setUp + script, "sh", ...args], env };
  }

  /** All records, oldest first. */
  records(): HookRecord[] {
    try {
      const text = Deno.readTextFileSync(join(this.log, "events.jsonl"));
      // A record may be on its way: only a whole line is one.
      return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as HookRecord);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  /** The record of the newest call, not of what it left running in the background. */
  record(): HookRecord {
    const record = this.records().findLast(({ background }) => background === undefined);
    if (record === undefined) throw new Error("there is no record");
    return record;
  }

  /** The newest record that is as wanted; waited for, where a process that the call has left behind writes it. */
  async recordOf(isWanted: (record: HookRecord) => boolean): Promise<HookRecord> {
    await until(() => this.records().some(isWanted), "the record did not come");
    return this.records().findLast(isWanted)!;
  }

  #makeFolder(path: string): void {
    Deno.mkdirSync(path, { recursive: true, mode: 0o755 });
    Deno.chmodSync(path, 0o755);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

const NAMESPACE = Deno.uid() === 0
  ? ["--mount", "--propagation", "private"]
  : ["--map-root-user", "--mount", "--propagation", "private"];

/** Whether this machine lets us have a mount namespace; tests by a link need one. */
export const HAS_NAMESPACES = (() => {
  try {
    const args = [...NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"];
    return new Deno.Command("unshare", { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
})();

/** An input that libvirt would give: `9.0.0/003-qemu-prepare`. */
export function fixture(name: string): string {
  return Deno.readTextFileSync(join(TEST, `fixtures/${name}.xml`));
}

/** Whether there is something at a path, whatever it is. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process runs that was called by this path. */
export function isCalled(path: string): boolean {
  return [...Deno.readDirSync("/proc")].some(({ name }) => {
    if (!/^[1-9]/.test(name)) return false;
    try {
      return Deno.readTextFileSync(`/proc/${name}/cmdline`).startsWith(`${path}\0`);
    } catch {
      return false;
    }
  });
}

export function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}

/** However slow the machine is, what is waited for has come in this time. */
const LONGEST_MS = 60_000;

/** Waits until something is so; fails with `otherwise` when it does not come. */
export async function until(isSo: () => boolean, otherwise: string): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(otherwise);
    await pause(1);
  }
}
