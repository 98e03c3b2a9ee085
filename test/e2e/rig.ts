import { type CallLog, readCalls } from "./calls.ts";
import { type Ended, Machine, makeNamespaces, PATH } from "./machine.ts";

export interface RigOptions {
  /** The compiled hookvisor, seen inside as /usr/bin/hookvisor. */
  binary: string;
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
const LOGS = ["/var/log/libvirt/libvirtd.log", "/var/log/libvirt/libvirtd.out"];

/** A private libvirtd with hookvisor in its hooks directory, on a machine of its own. */
export class Rig extends Machine {
  private env: Record<string, string> = { PATH };

  /** Makes the machine and the hooks directory; no daemon runs yet. */
  static async make(name: string, { binary, peer = 1, env, hooks = LINKS }: RigOptions): Promise<Rig> {
    const rig = new Rig(name, peer, await makeNamespaces(name, peer, binary));
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

  /** Starts libvirtd and waits until it answers. */
  async startDaemon(): Promise<void> {
    const env = Object.entries(this.env).map(([name, value]) => `'${name}=${value}'`).join(" ");
    await this.background(
      `env -i ${env} /usr/sbin/libvirtd --listen --pid-file /run/libvirtd.pid >> ${LOGS[1]} 2>&1`,
    );
    await this.until("libvirtd answers", async () => (await this.virsh("uri")).code === 0, 30_000);
  }

  /** Sends the daemon a signal; gives its process number inside. */
  async signalDaemon(signal: "HUP" | "TERM"): Promise<number> {
    const pid = parseInt(await this.read("/run/libvirtd.pid"));
    await this.run(["kill", `-${signal}`, `${pid}`]);
    return pid;
  }

  /** Ends the daemon; guests run on. */
  async stopDaemon(): Promise<void> {
    const pid = await this.signalDaemon("TERM");
    await this.until("libvirtd has ended", async () => !(await this.exists(`/proc/${pid}`)), 60_000);
  }

  async restartDaemon(): Promise<void> {
    await this.stopDaemon();
    await this.startDaemon();
  }

  /** The daemon's own log: its warnings and errors. */
  async log(): Promise<string> {
    return (await Promise.all(LOGS.map((file) => this.read(file)))).join("");
  }

  /** The daemon's complaints about failed hooks, each cut short. */
  async hookFailures(): Promise<string[]> {
    const lines = (await this.log()).split("\n");
    return lines.filter((line) => line.includes("Hook script execution failed")).map((line) =>
      line.slice(0, 400)
    );
  }
}

function succeeded(ended: Ended, args: string[]): string {
  if (ended.code === 0) return ended.stdout;
  throw new Error(`virsh ${args.join(" ")} ended with ${ended.code}: ${ended.stderr.trim()}`);
}
