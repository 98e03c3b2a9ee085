import { readEvents } from "./checks/events.ts";
import type { Libvirt } from "./libvirt.ts";
import { Report } from "./report.ts";
import { Rig, type RigOptions } from "./rig.ts";
import { HAS_CHECKPOINTS, prepareStarts, type Starts, StartsSeen } from "./starts.ts";

type BenchOptions = Omit<RigOptions, "binary" | "libvirt"> & {
  /** Another libvirt than that of this run. */
  libvirt?: Libvirt;
  /** No daemon is started. */
  idle?: boolean;
  /** How the hook calls are to start. */
  starts?: Starts;
};

/** What a file of checks works with: rigs that end with it, and the report. */
export class Bench {
  private readonly rigs: { rig: Rig; starts: Starts }[] = [];
  /** How the hook calls of the rigs that have ended did start. */
  readonly seen = new StartsSeen();

  constructor(readonly report: Report, private readonly binary: string, readonly libvirt: Libvirt) {}

  /** A rig with its daemon running, unless `idle`. Its hook calls start from a checkpoint unless told otherwise. */
  async rig(name: string, options: BenchOptions = {}): Promise<Rig> {
    const { starts = HAS_CHECKPOINTS ? "restored" : "plain" } = options;
    const rig = await Rig.make(name, { libvirt: this.libvirt, ...options, binary: this.binary });
    this.rigs.push({ rig, starts });
    await prepareStarts(rig, starts);
    if (!options.idle) await rig.startDaemon();
    return rig;
  }

  /** A named check; after a failure the daemons' logs since its beginning are shown. */
  async check(name: string, body: () => Promise<void>): Promise<void> {
    const logs = await this.logs();
    await this.report.check(name, body, async () => {
      const now = await this.logs();
      return [...now].map(([rig, text]) => newLines(rig, text.slice(logs.get(rig)?.length ?? 0))).join("\n")
        .trim();
    });
  }

  private async logs(): Promise<Map<string, string>> {
    return new Map(await Promise.all(this.rigs.map(async ({ rig }) => [rig.name, await rig.log()] as const)));
  }

  /** Ends all rigs. */
  async end(): Promise<void> {
    await Promise.all(
      this.rigs.splice(0).map(async ({ rig, starts }) => {
        try {
          this.seen.add(starts, await readEvents(rig));
        } finally {
          await rig.down();
        }
      }),
    );
  }
}

// What such a daemon says in any case, and what it says twice.
const NOISE =
  /DBus|dmi|: info :|Configured security driver|is tainted|cgroup controller|virCommandWait|\/dev\/kvm/;

/** The last lines of a log that say something. */
function newLines(rig: string, text: string): string {
  const lines = text.split("\n").filter((line) => /^\d{4}-/.test(line) && !NOISE.test(line));
  return lines.slice(-6).map((line) => `${rig}: ${line}`).join("\n");
}
