import { decodeBase64, encodeBase64 } from "./base64.ts";

/** How a script on the host ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** A host that can be booted. */
export interface Image {
  /** What host_image.sh made. */
  folder: string;
  /** The suite's root, whose QEMU runs it: an older one may take a third longer. */
  root: string;
}

interface Options {
  /** Changes go to the image itself, not to a layer that is thrown away. */
  keep?: boolean;
  /** A folder whose files the host sees as `/mnt`, read-only. */
  inputs?: string;
  /** More words for the kernel. */
  kernel?: string;
}

/** An emulated processor is slow, a busy machine makes it slower: only what hangs takes so long. */
const BOOT_MS = 600_000;
const SCRIPT_MS = 300_000;
const MEMORY_MIB = 2048;
/** Against a processor's faults, which the emulated one has not: with it a boot takes a third longer. */
const FAST = "mitigations=off";

/** A host that runs in QEMU, emulated: its processor is nothing of this machine's. */
export class Vm {
  private readonly waiting = new Map<string, (ended: Ended) => void>();
  private readonly encoder = new TextEncoder();
  private bootIds: string[] = [];
  private booted: () => void = () => {};
  private next = 0;

  private constructor(
    private readonly qemu: Deno.ChildProcess,
    private readonly agent: Deno.Conn,
    private readonly folder: string,
  ) {}

  /** Starts the machine; `boots` and `run` wait for it to be up. */
  static async start(image: Image, { keep = false, inputs, kernel = "" }: Options = {}): Promise<Vm> {
    const folder = await Deno.makeTempDir({ prefix: "hookvisor-host-" });
    let disk = `${image.folder}/disk.raw`;
    if (!keep) {
      await command("qemu-img", "create", "-q", "-f", "qcow2", "-b", disk, "-F", "raw", `${folder}/disk`);
      disk = `${folder}/disk`;
    }
    const drives = [`file=${disk},if=virtio,format=${keep ? "raw" : "qcow2"},cache=unsafe`];
    if (inputs !== undefined) {
      await command("mke2fs", "-q", "-t", "ext4", "-d", inputs, `${folder}/inputs`, "256M");
      drives.push(`file=${folder}/inputs,if=virtio,format=raw,readonly=on`);
    }
    const socket = `${folder}/agent`;
    const [program, ...words] = qemuOf(image.root);
    const qemu = new Deno.Command(program!, {
      args: [
        ...words,
        ...[
          "-machine",
          "q35",
          "-accel",
          "tcg,thread=multi",
          "-cpu",
          "Nehalem",
          "-smp",
          "2",
          "-m",
          `${MEMORY_MIB}`,
        ],
        ...["-nodefaults", "-no-user-config", "-display", "none", "-serial", `file:${folder}/console`],
        ...["-kernel", `${image.folder}/kernel`, "-initrd", `${image.folder}/initrd`],
        ...["-append", `root=/dev/vda ro console=ttyS0 ${FAST} ${kernel}`],
        ...drives.flatMap((drive) => ["-drive", drive]),
        ...["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"],
        ...["-chardev", `socket,id=agent,path=${socket},server=on,wait=off`],
        ...["-device", "virtserialport,chardev=agent,name=agent"],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const vm = new Vm(qemu, await connect(socket, qemu), folder);
    vm.read();
    return vm;
  }

  /** How often the host has come up. */
  get boots(): number {
    return this.bootIds.length;
  }

  /** Waits until the host has come up so many times. */
  async up(boots = 1): Promise<void> {
    const late = Date.now() + BOOT_MS;
    while (this.boots < boots) {
      if (Date.now() > late) throw new Error(`the host did not come up\n${await this.console()}`);
      await Promise.race([
        new Promise<void>((done) => this.booted = done),
        new Promise((wake) => setTimeout(wake, 1000)),
      ]);
    }
  }

  /** Runs a script of bash on the host, as root, with nothing on stdin. */
  async run(script: string, ms = SCRIPT_MS): Promise<Ended> {
    const number = `${++this.next}`;
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    this.waiting.set(number, resolve);
    const late = setTimeout(() => {
      this.waiting.delete(number);
      reject(new Error(`the host did not answer within ${ms / 1000} s: ${script}`));
    }, ms);
    try {
      await this.write(`${number} ${encodeBase64(script)}\n`);
      return await promise;
    } finally {
      clearTimeout(late);
    }
  }

  /** The same for one that has to succeed; gives what it printed. */
  async must(script: string, ms?: number): Promise<string> {
    const { code, stdout, stderr } = await this.run(script, ms);
    if (code !== 0) throw new Error(`${script}\nended with ${code}: ${stdout.trim()} ${stderr.trim()}`);
    return stdout;
  }

  /** Writes a file on the host. */
  async file(path: string, text: string): Promise<void> {
    await this.must(
      `mkdir -p "$(dirname '${path}')" && base64 --decode > '${path}' <<< ${encodeBase64(text)}`,
    );
  }

  /** Polls until the script succeeds. */
  async until(what: string, script: string, ms = SCRIPT_MS): Promise<void> {
    const late = Date.now() + ms;
    for (;;) {
      const { code, stdout, stderr } = await this.run(script);
      if (code === 0) return;
      if (Date.now() > late) {
        throw new Error(`waited ${ms / 1000} s in vain: ${what}: ${stdout.trim()} ${stderr.trim()}`);
      }
      await new Promise((wake) => setTimeout(wake, 250));
    }
  }

  /** Has the host restart as an admin would, and waits until it is up again. Gives the seconds that took. */
  async reboot(): Promise<number> {
    const began = performance.now();
    const boots = this.boots;
    await this.tell("systemctl --no-block reboot");
    await this.up(boots + 1);
    return (performance.now() - began) / 1000;
  }

  /** Resets the machine at once: nothing is written, nobody is told. Waits until the host is up again. */
  async cutPower(): Promise<void> {
    const boots = this.boots;
    await this.tell("echo 1 > /proc/sys/kernel/sysrq; echo b > /proc/sysrq-trigger");
    await this.up(boots + 1);
  }

  /** Has the host power off, and waits until it is. */
  async powerOff(): Promise<void> {
    await this.tell("systemctl --no-block poweroff");
    const late = setTimeout(() => this.kill(), BOOT_MS);
    await this.qemu.status;
    clearTimeout(late);
    await this.end();
  }

  /** The end of what the host printed on its console. */
  async console(): Promise<string> {
    const text = await Deno.readTextFile(`${this.folder}/console`).catch(() => "");
    return text.split("\n").slice(-25).join("\n");
  }

  /** Ends the machine as a power cut does, and removes its traces. */
  async end(): Promise<void> {
    this.kill();
    await this.qemu.status;
    this.qemu.stderr.cancel().catch(() => {});
    await Deno.remove(this.folder, { recursive: true }).catch(() => {});
  }

  private kill(): void {
    try {
      this.qemu.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }

  /** Has the host run a script that it may not live to answer. */
  private async tell(script: string): Promise<void> {
    await this.write(`0 ${encodeBase64(script)}\n`);
  }

  private async write(text: string): Promise<void> {
    let bytes = this.encoder.encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(await this.agent.write(bytes));
  }

  private async read(): Promise<void> {
    let rest = "";
    try {
      for await (const text of this.agent.readable.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) this.said(line);
      }
    } catch {
      // The machine has ended.
    }
  }

  private said(line: string): void {
    const [number = "", code = "", stdout = "", stderr = ""] = line.split(" ");
    if (number === "boot") {
      this.bootIds.push(code);
      this.booted();
      return;
    }
    const done = this.waiting.get(number);
    this.waiting.delete(number);
    done?.({ code: Number(code), stdout: decodeBase64(stdout), stderr: decodeBase64(stderr) });
  }
}

/** A root's QEMU with that root's own loader, libraries and firmware. */
function qemuOf(root: string): string[] {
  const libraries = `${root}/usr/lib/${Deno.build.arch}-linux-gnu`;
  return [
    ...[`${root}/lib64/ld-linux-x86-64.so.2`, "--library-path", libraries],
    ...[
      `${root}/usr/bin/qemu-system-x86_64`,
      "-L",
      `${root}/usr/share/qemu`,
      "-L",
      `${root}/usr/share/seabios`,
    ],
  ];
}

async function connect(path: string, qemu: Deno.ChildProcess): Promise<Deno.Conn> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      return await Deno.connect({ transport: "unix", path });
    } catch {
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }
  qemu.kill("SIGKILL");
  throw new Error(`Cannot start QEMU: ${await new Response(qemu.stderr).text()}`);
}

async function command(program: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(program, { args, stdout: "null", stderr: "piped" })
    .output();
  if (code !== 0) {
    throw new Error(`${program} ended with ${code}: ${new TextDecoder().decode(stderr).trim()}`);
  }
}
