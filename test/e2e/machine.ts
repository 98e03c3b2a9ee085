import { type Cgroup, cpuMs, makeCgroups, removeCgroups } from "./cgroups.ts";
import type { Libvirt } from "./libvirt.ts";

/** How a command ended. `ms` is wall time. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  ms: number;
}

/** What namespace.sh has made: its process, the way to talk to it, and its number as seen from outside. */
interface Namespaces {
  child: Deno.ChildProcess;
  commands: WritableStreamDefaultWriter<Uint8Array>;
  cgroups: Cgroup[];
  pid: number;
}

export const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Namespaces of their own on this machine (mount, host name, ipc, network,
 * processes, cgroups): what runs in them neither sees nor touches the rest.
 * All files are seen from outside through `path`.
 */
export class Machine {
  constructor(readonly name: string, private readonly peer: number, private readonly made: Namespaces) {}

  /** Where another machine reaches this one, once they are linked. */
  get address(): string {
    return `10.99.0.${this.peer}`;
  }

  /** A file of the machine as seen from outside. */
  path(inside: string): string {
    return `/proc/${this.made.pid}/root${inside}`;
  }

  async write(inside: string, text: string, mode = 0o644): Promise<void> {
    await Deno.writeTextFile(this.path(inside), text, { mode });
  }

  /** The text of a file; empty where there is none. */
  async read(inside: string): Promise<string> {
    try {
      return await Deno.readTextFile(this.path(inside));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  exists(inside: string): Promise<boolean> {
    return Deno.lstat(this.path(inside)).then(() => true, () => false);
  }

  /** Runs a command with this environment and no other, in `/`; given up after a minute. */
  async run(
    argv: string[],
    options: { env?: Record<string, string>; stdin?: string } = {},
  ): Promise<Ended> {
    const root = `/proc/${this.made.pid}/root`;
    const env = Object.entries(options.env ?? { PATH, HOME: "/root", LC_ALL: "C" });
    const began = performance.now();
    const child = new Deno.Command("nsenter", {
      args: [`-t${this.made.pid}`, "-m", "-u", "-i", "-n", "-p", `-r${root}`, `-w${root}`]
        .concat("env", "-i", "--chdir=/", env.map(([name, value]) => `${name}=${value}`), argv),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(60_000),
    }).spawn();
    const input = child.stdin.getWriter();
    // A hook need not read its input; the pipe then breaks, which is no failure.
    input.write(new TextEncoder().encode(options.stdin ?? "")).then(() => input.close()).catch(() => {});
    const { code, stdout, stderr } = await child.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr), ms: performance.now() - began };
  }

  /** Has process 1 run this line of shell in the background: it belongs to the machine's cgroups and dies with it. */
  async background(shell: string): Promise<void> {
    await this.made.commands.write(new TextEncoder().encode(`${shell}\n`));
  }

  /** Polls until the condition holds; throws what was waited for when it does not in time. */
  async until(what: string, condition: () => Promise<boolean>, timeoutMs = 15_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!(await condition())) {
      if (performance.now() > end) {
        throw new Error(`${this.name}: waited ${timeoutMs / 1000} s in vain: ${what}`);
      }
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  /** A cable to another machine, and each other's name in /etc/hosts. */
  async link(other: Machine): Promise<void> {
    const peer = ["type", "veth", "peer", "name", "cable", "netns", `${other.made.pid}`];
    await this.network("link", "add", "cable", ...peer);
    for (const [machine, to] of [[this, other], [other, this]] as const) {
      await machine.network("addr", "add", `${machine.address}/24`, "dev", "cable");
      await machine.network("link", "set", "cable", "up");
      await Deno.writeTextFile(machine.path("/etc/hosts"), `${to.address} ${to.name}\n`, { append: true });
    }
  }

  /** The processor time of all that ran in the background, and of what that started, in milliseconds. */
  cpuMs(): Promise<number> {
    return cpuMs(this.made.cgroups);
  }

  /** Ends everything in the machine and removes its traces. */
  async down(): Promise<void> {
    await this.made.commands.close().catch(() => {});
    const late = setTimeout(() => this.made.child.kill("SIGKILL"), 2000);
    await this.made.child.status;
    clearTimeout(late);
    await removeCgroups(this.made.cgroups);
  }

  /** `ip` in the machine's network but with the outside's process numbers, which a cable's other end needs. */
  private async network(...args: string[]): Promise<void> {
    const ip = new Deno.Command("nsenter", {
      args: [`--net=/proc/${this.made.pid}/ns/net`, "ip", ...args],
      stderr: "piped",
    });
    const { code, stderr } = await ip.output();
    if (code !== 0) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
  }
}

/** Makes the namespaces, with that program as /usr/bin/hookvisor in them, and that libvirt's files and settings. */
export async function makeNamespaces(
  name: string,
  peer: number,
  binary: string,
  { layers, daemons }: Libvirt,
): Promise<Namespaces> {
  const cgroups = await makeCgroups(name);
  const script = new URL("namespace.sh", import.meta.url).pathname;
  const child = new Deno.Command("bash", {
    args: [script, "make", name, `${peer}`, binary, ...cgroups.map((group) => group.directory)],
    env: {
      CGROUPS: cgroups.map((group) => group.hierarchy).join(" "),
      DAEMONS: daemons.join(" "),
      LAYERS: layers.join(":"),
      PATH,
    },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = await readUntilReady(child.stdout);
  if (!said.endsWith("ready\n")) {
    const why = await new Response(child.stderr).text();
    await child.status;
    await removeCgroups(cgroups);
    throw new Error(`Cannot make the namespaces of "${name}": ${why.trim() || "namespace.sh ended"}`);
  }
  child.stderr.cancel().catch(() => {});
  return { child, commands: child.stdin.getWriter(), cgroups, pid: parseInt(said) };
}

async function readUntilReady(stream: ReadableStream<Uint8Array>): Promise<string> {
  let said = "";
  for await (const bytes of stream.values({ preventCancel: true })) {
    said += new TextDecoder().decode(bytes);
    if (said.endsWith("ready\n")) break;
  }
  return said;
}
