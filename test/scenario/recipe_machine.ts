/** A machine for recipes to work on: a kernel and programs that stand in where the real ones cannot be had in a test. */
import { dirname, join } from "node:path";
import { type Ended, exists, Host, PROGRAM, run, until } from "./support.ts";

const HERE = import.meta.dirname!;
const RECIPES = join(HERE, "../../handlers/recipes");

/** Places, and what they are in the machine's mount namespace: writable, without anything of it reaching this host. */
const SET_UP = `set -e
mount -t tmpfs none /mnt && mkdir /mnt/etc /mnt/etc-work /mnt/lib /mnt/lib-work
mount -t overlay -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/etc-work none /etc
mount -t overlay -o lowerdir=/var/lib,upperdir=/mnt/lib,workdir=/mnt/lib-work none /var/lib
mount -t overlay -o lowerdir="$FOLDER/programs":/usr/bin none /usr/bin
mount -t overlay -o lowerdir="$FOLDER/programs":/usr/sbin none /usr/sbin
mount -t tmpfs none /run && mkdir /run/libvirt && mount --bind "$FOLDER/libvirt" /run/libvirt
mount -t tmpfs -o mode=1777 none /dev/shm
mkdir -p /etc/hookvisor
`;

/** Whether this host lets a test have such a machine: root, mount namespaces, overlays and FUSE. */
export const HAS_MACHINE = Deno.uid() === 0 && (() => {
  const script = "mount -t tmpfs none /mnt && mkdir /mnt/a && " +
    'mount -t overlay -o lowerdir=/mnt/a:/usr/bin none /usr/bin && /usr/bin/python3 -c \'open("/dev/fuse", "r+b", 0)\'';
  const args = ["--mount", "--propagation", "private", "sh", "-c", script];
  return new Deno.Command("unshare", { args, stdout: "null", stderr: "null" }).outputSync().success;
})();

/** How a guest differs from the plainest one: XML below `<domain>`, and in `<devices>`. */
export interface GuestParts {
  domain?: string;
  devices?: string;
  memoryKiB?: number;
}

const UUIDS: Record<string, string> = { a: "1", b: "2" };

/** A guest's XML; its UUID follows from its name. */
export function guestXml(
  name: string,
  { domain = "", devices = "", memoryKiB = 1048576 }: GuestParts = {},
): string {
  const last = UUIDS[name] ?? "9";
  return `<domain type='kvm'><name>${name}</name><uuid>11111111-2222-3333-4444-55555555555${last}</uuid>` +
    `<memory unit='KiB'>${memoryKiB}</memory><vcpu>2</vcpu><os><type>hvm</type></os>${domain}` +
    `<devices>${devices}</devices></domain>`;
}

/** `<hostdev>` for a PCI device in slot 00 of that bus. */
export function pciHostdev(bus: number, fn = 0): string {
  return `<hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0x0000' bus='0x0${bus}' ` +
    `slot='0x00' function='0x${fn}'/></source></hostdev>`;
}

/** The machine. Its namespace lives until it is disposed of. */
export class Machine extends Host {
  readonly backing = this.scratch("kernel");
  readonly #started: Deno.ChildProcess;

  private constructor(programs: Record<string, string>, files: Record<string, string>) {
    super();
    this.scratch("programs");
    this.scratch("libvirt/qemu");
    for (const [name, text] of Object.entries(programs)) {
      const path = join(this.folder, "programs", name);
      Deno.writeTextFileSync(path, `#!/bin/sh\nW=${this.folder}\n${text}\n`);
      Deno.chmodSync(path, 0o755);
    }
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.backing, path);
      Deno.mkdirSync(dirname(file), { recursive: true });
      if (text.startsWith("->")) Deno.symlinkSync(text.slice(2), file);
      else if (path.endsWith("/")) Deno.mkdirSync(file, { recursive: true });
      else Deno.writeTextFileSync(file, text);
    }
    const serve = `exec /usr/bin/python3 ${join(HERE, "stand_in_kernel.py")} ${this.backing}`;
    this.#started = new Deno.Command("unshare", {
      args: ["--mount", "--propagation", "private", "sh", "-c", SET_UP + serve],
      env: { FOLDER: this.folder },
      stdin: "null",
      stdout: "null",
    }).spawn();
  }

  /** Starts one. `programs` are shell scripts by name, in which `$W` is the machine's folder; `files` are the kernel's, `->` links, `/` directories. */
  static async start(
    programs: Record<string, string> = {},
    files: Record<string, string> = {},
  ): Promise<Machine> {
    const machine = new Machine(programs, files);
    await until(() => exists(join(machine.folder, "ready")), "the machine did not start");
    return machine;
  }

  get pid(): number {
    return this.#started.pid;
  }

  /** Installs a recipe as it ships, or with some of its text in another form (the edits that its comments ask for). */
  recipe(name: string, options?: unknown, edit: (text: string) => string = (text) => text): void {
    const file = name === "memory-guard" ? "../10-memory-guard" : name;
    const text = Deno.readTextFileSync(join(RECIPES, `${file}.js`));
    const edited = edit(text);
    this.file(`handlers/50-${name}.js`, edited);
    if (options !== undefined) {
      this.file("config.yaml", `options: {50-${name}: ${JSON.stringify(options)}}\n`);
    }
  }

  /** A hook call, made in the machine. `via`: the name of the process that makes it. */
  call(operation: string, name: string, xml = guestXml(name), driver = "qemu"): Promise<Ended> {
    const end = /release|stopped|deleted/.test(operation) ? "end" : "begin";
    const words = driver === "daemon"
      ? [driver, "-", operation, "-", operation]
      : [driver, name, operation, end, "-"];
    return this.inMachine([PROGRAM, ...this.arguments(words)], xml);
  }

  /** A call of `daemon/start` by a process of that name, as libvirtd or virtqemud makes it. */
  daemonStart(daemon = "libvirtd"): Promise<Ended> {
    const shell = join(this.folder, daemon);
    Deno.copyFileSync("/bin/sh", shell);
    const words = this.arguments(["daemon", "-", "start", "-", "start"]);
    return this.inMachine([shell, "-c", `"$@" && true`, "sh", PROGRAM, ...words], "");
  }

  /** Any command in the machine. */
  inMachine(command: string[], stdin = ""): Promise<Ended> {
    return run("nsenter", ["-t", String(this.pid), "-m", "--", ...command], { stdin });
  }

  /** What a shell in the machine says. */
  async shell(script: string): Promise<string> {
    const { stdout, stderr, code } = await this.inMachine(["sh", "-c", script]);
    if (code !== 0) throw new Error(`${script}: ${code} ${stderr}`);
    return stdout.trim();
  }

  /** A file of the kernel's that stands in; undefined when there is none. */
  kernel(path: string): string | undefined {
    try {
      return Deno.readTextFileSync(join(this.backing, path)).trim();
    } catch {
      return undefined;
    }
  }

  /** The last name in a link of the kernel's. */
  linkOf(path: string): string | undefined {
    try {
      return Deno.readLinkSync(join(this.backing, path)).split("/").at(-1);
    } catch {
      return undefined;
    }
  }

  put(path: string, text: string): void {
    Deno.writeTextFileSync(join(this.backing, path), text);
  }

  /** The lines that stand-in programs have written to `$W/took`, and that are forgotten with it. */
  took(): string[] {
    const path = join(this.folder, "took");
    let text = "";
    try {
      text = Deno.readTextFileSync(path);
      Deno.removeSync(path);
    } catch {
      // Nothing ran.
    }
    return text.trim().split("\n").filter((line) => line !== "");
  }

  /** Says that a guest runs, with this process for its QEMU. */
  running(name: string, pid = Deno.pid): void {
    Deno.writeTextFileSync(join(this.folder, `libvirt/qemu/${name}.pid`), `${pid}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#started.kill("SIGKILL");
    await this.#started.status;
    super[Symbol.dispose]();
  }
}
