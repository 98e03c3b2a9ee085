import { readEvents } from "../../test/e2e/checks/events.ts";
import { OWN } from "../../test/e2e/libvirt.ts";
import { Rig } from "../../test/e2e/rig.ts";
import { prepareStarts } from "../../test/e2e/starts.ts";
import { READS_AT_BOTH_ENDS } from "./handlers.ts";
import type { Cost } from "./measure.ts";

/** What libvirt calls: nothing, the bash dispatcher with one script, or hookvisor with one handler. */
export const HOOKS = ["none", "bash", "hookvisor"] as const;
export type Hooks = typeof HOOKS[number];

/** How many guests a host has. */
export const GUESTS = 50;
const NAMES = Array.from({ length: GUESTS }, (_, i) => `guest-${i + 1}`);
/** At both ends of a guest's life something reads the domain; the three calls between find nothing to run. */
const READ_AT = ["prepare/begin", "release/end"];
const FIRMWARE = "/var/lib/libvirt/halt.rom";
const XML = "/run/guests";
/** Hook calls answer before they have ended: so long their processor time may come. */
const SETTLE_MS = 100;
const NEEDED = ["/usr/sbin/libvirtd", "/usr/bin/virsh", "/usr/bin/qemu-system-x86_64"];

/** What a host needs and this machine lacks. */
export function missingForGuests(): string[] {
  return NEEDED.filter((path) => {
    try {
      return !Deno.statSync(path).isFile;
    } catch {
      return true;
    }
  });
}

/** A real libvirtd with tiny guests in namespaces of its own, as the end-to-end test has it. */
export class GuestHost {
  private constructor(private readonly rig: Rig) {}

  static async make(hooks: Hooks, program: string): Promise<GuestHost> {
    const peer = HOOKS.indexOf(hooks) + 1;
    const files = hooksOf(hooks);
    const rig = await Rig.make(`bench-${hooks}`, { binary: program, libvirt: OWN, peer, hooks: files });
    try {
      if (hooks === "hookvisor") {
        await rig.handlers({ "50-bench": READS_AT_BOTH_ENDS });
        await prepareStarts(rig, "restored");
      }
      await rig.startDaemon();
      await Deno.writeFile(rig.path(FIRMWARE), firmware());
      await Deno.mkdir(rig.path(XML));
      for (const name of NAMES) await rig.write(`${XML}/${name}`, guest(name));
      await rig.must(NAMES.map((name) => `define ${XML}/${name}`).join("; "));
    } catch (error) {
      await rig.down();
      throw error;
    }
    return new GuestHost(rig);
  }

  /** Starts or ends the first guest. */
  one(command: "start" | "destroy"): Promise<Cost> {
    return this.cost(["virsh", "-q", "-c", "qemu:///system", command, NAMES[0]!]);
  }

  /** Starts or ends all guests at once, until the last runs or has ended. */
  all(command: "start" | "destroy"): Promise<Cost> {
    const each = `virsh -q -c qemu:///system ${command} $guest & all="$all $!";`;
    const wait = `for one in $all; do wait $one || exit 1; done`;
    return this.cost(["sh", "-c", `all=; for guest in ${NAMES.join(" ")}; do ${each} done; ${wait}`]);
  }

  /**
   * Says of hookvisor's calls for one start and end of a guest that both handlers ran.
   *
   * @throws {Error} when they did not, or when a hook failed.
   */
  async checkHandlers(): Promise<void> {
    await this.rig.until("two handlers have run", async () => {
      const ran = (await readEvents(this.rig)).flatMap(({ handlers }) => handlers);
      return ran.length === READ_AT.length && ran.every(({ outcome }) => outcome === "success");
    });
  }

  async end(): Promise<void> {
    await this.rig.down();
  }

  /** `cpu` is that of the daemon, its hooks and its guests, without virsh. */
  private async cost(argv: string[]): Promise<Cost> {
    const before = await this.rig.cpuMs();
    const { code, stderr, ms } = await this.rig.run(argv);
    if (code !== 0) throw new Error(`${argv.join(" ").slice(0, 80)} ended with ${code}: ${stderr.trim()}`);
    await new Promise((wake) => setTimeout(wake, SETTLE_MS));
    return { wall: ms, cpu: await this.rig.cpuMs() - before };
  }
}

/** The files of the hooks directory. */
function hooksOf(hooks: Hooks): Record<string, string> {
  if (hooks === "none") return {};
  if (hooks === "hookvisor") return { qemu: "link" };
  const script = Deno.readTextFileSync("build/bench/rivals/read_domain.sh");
  const scripts = NAMES.flatMap((name) =>
    READ_AT.map((operation) => [`qemu.d/${name}/${operation}/10-read_domain.sh`, script])
  );
  return { qemu: Deno.readTextFileSync("build/bench/rivals/dispatcher.sh"), ...Object.fromEntries(scripts) };
}

/** A guest's firmware that halts the processor: the guest runs, and costs nothing more. */
function firmware(): Uint8Array {
  const rom = new Uint8Array(64 * 1024);
  // At the reset vector: cli; halt: hlt; jmp halt
  rom.set([0xfa, 0xf4, 0xeb, 0xfd], rom.length - 16);
  return rom;
}

function guest(name: string): string {
  return `<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>8</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <loader type='rom' readonly='yes'>${FIRMWARE}</loader>
  </os>
  <features><acpi/></features>
  <devices><controller type='usb' model='none'/><memballoon model='none'/></devices>
</domain>
`;
}
