import { type CallLog, readCalls } from "./calls.ts";
import type { Libvirt } from "./libvirt.ts";
import { type Ended, Machine, makeNamespaces, PATH } from "./machine.ts";

export interface RigOptions {
  /** The compiled hookvisor, seen inside as /usr/bin/hookvisor. */
  binary: string;
  libvirt: Libvirt;
  /** 1 to 9: sets this rig's addresses apart from those of another. */
  peer?: number;
  /** The daemon's environment; nothing else is in it. */
  env?: Record<string, string>;
  /** What lies in the hooks directory: `link` to hookvisor, or a script's text. */
  hooks?: Record<string, string>;
}

const LINKS = { daemon: "link", qemu: "link", lxc: "link", network: "link" };
const HOOKS = "/etc/libvirt/hooks";
const HANDLERS = "/etc/hookvisor/handlers";

/** A private libvirt with hookvisor in its hooks directory, on a machine of its own. */
export class Rig extends Machine {
  private env: Record<string, string> = { PATH };
  /** The daemons that run here, in the order in which they start. */
  daemons: readonly string[] = [];

  /** Makes the machine and the hooks directory; no daemon runs yet. */
  static async make(
    name: string,
    { binary, libvirt, peer = 1, env, hooks = LINKS }: RigOptions,
  ): Promise<Rig> {
    const rig = new Rig(name, peer, await makeNamespaces(name, peer, binary, libvirt));
    rig.daemons = libvirt.daemons;
    if (env) rig.env = env;
    for (const [place, what] of Object.entries(hooks)) await rig.hook(place, what);
    return rig;
  }

  private async hook(place: string, what: string): Promise<void> {
    const file = `${HOOKS}/${place}`;
    await Deno.mkdir(this.path(file.slice(0, file.lastIndexOf("/"))), { recursive: true });
    if (what === "link") await Deno.symlink("/usr/bin/hookvisor", this.path(file));
    else await this.write(file, what, 0o755);
  }

  /** Replaces all handlers by these. */
  async handlers(handlers: Record<string, string>): Promise<void> {
    for await (const { name } of Deno.readDir(this.path(HANDLERS))) {
      await Deno.remove(this.path(`${HANDLERS}/${name}`));
    }
    for (const [name, text] of Object.entries(handlers)) await this.write(`${HANDLERS}/${name}.js`, text);
  }

  /** The calls the log handler has written down. */
  calls(): Promise<CallLog> {
    return readCalls(this);
  }

  virsh(...args: string[]): Promise<Ended> {
    return this.virshAt("qemu:///system", ...args);
  }

  virshAt(uri: string, ...args: string[]): Promise<Ended> {
    return this.run(["virsh", "-q", "-c", uri, ...args]);
  }

  /** virsh that has to succeed; gives its output. */
  async must(...args: string[]): Promise<string> {
    return succeeded(await this.virsh(...args), args);
  }

  /** The same for a container. */
  async mustLxc(...args: string[]): Promise<string> {
    return succeeded(await this.virshAt("lxc:///system", ...args), args);
  }

  /** Starts the daemons one after the other and waits until each answers. */
  async startDaemon(): Promise<void> {
    const env = Object.entries(this.env).map(([name, value]) => `'${name}=${value}'`).join(" ");
    for (const daemon of this.daemons) {
      const listen = daemon === "libvirtd" ? "--listen" : ""; // virtproxyd always does
      await this.background(
        `env -i ${env} /usr/sbin/${daemon} ${listen} --pid-file ${pidFile(daemon)} >> ${
          outFile(daemon)
        } 2>&1`,
      );
      await this.until(`${daemon} answers`, () => this.answers(daemon), 30_000);
    }
  }

  /** The one of the daemons that runs QEMU's guests. */
  get qemuDaemon(): string {
    return this.daemons.find((daemon) => daemon === "virtqemud") ?? "libvirtd";
  }

  private async answers(daemon: string): Promise<boolean> {
    if (daemon === "virtproxyd") return await this.exists("/run/libvirt/libvirt-sock");
    const driver = /^virt(.+)d$/.exec(daemon)?.[1] ?? "qemu";
    return (await this.virshAt(`${driver}:///system`, "uri")).code === 0;
  }

  /** The daemons' process numbers inside. */
  async pids(): Promise<number[]> {
    return await Promise.all(this.daemons.map(async (daemon) => parseInt(await this.read(pidFile(daemon)))));
  }

  /** Sends each daemon a signal; gives their process numbers inside. */
  async signalDaemon(signal: "HUP" | "KILL" | "TERM"): Promise<number[]> {
    const pids = await this.pids();
    await this.run(["kill", `-${signal}`, ...pids.map(String)]);
    return pids;
  }

  /** Ends the daemons; guests run on. */
  async stopDaemon(signal: "KILL" | "TERM" = "TERM"): Promise<void> {
    for (const pid of await this.signalDaemon(signal)) {
      await this.until("the daemon has ended", async () => !(await this.exists(`/proc/${pid}`)), 60_000);
    }
  }

  async restartDaemon(): Promise<void> {
    await this.stopDaemon();
    await this.startDaemon();
  }

  /** The daemons' own logs: their warnings and errors. */
  async log(): Promise<string> {
    const files = this.daemons.flatMap((daemon) => [logFile(daemon), outFile(daemon)]);
    return (await Promise.all(files.map((file) => this.read(file)))).join("");
  }

  /** The daemon's complaints about failed hooks, each cut short. */
  async hookFailures(): Promise<string[]> {
    const lines = (await this.log()).split("\n");
    return lines.filter((line) => line.includes("Hook script execution failed")).map((line) =>
      line.slice(0, 400)
    );
  }
}

const pidFile = (daemon: string) => `/run/${daemon}.pid`;
const logFile = (daemon: string) => `/var/log/libvirt/${daemon}.log`;
const outFile = (daemon: string) => `/var/log/libvirt/${daemon}.out`;

function succeeded(ended: Ended, args: string[]): string {
  if (ended.code === 0) return ended.stdout;
  throw new Error(`virsh ${args.join(" ")} ended with ${ended.code}: ${ended.stderr.trim()}`);
}
