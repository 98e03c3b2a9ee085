import { inComments } from "../manifest/in_comments.ts";

/** What the tests of admin commands share: places of their own, and the compiled program run in them. */

const PROGRAM = new URL("../../dist/hookvisor", import.meta.url).pathname;

/** What the program said and how it ended. */
export interface Told {
  code: number;
  stdout: string;
  stderr: string;
}

/** Directories for one test, with handlers in them; removed at the end of its scope. */
export class World {
  readonly root: string;

  constructor() {
    this.root = Deno.makeTempDirSync({ prefix: "hv-" });
    for (const name of ["config/handlers", "state", "log"]) {
      Deno.mkdirSync(`${this.root}/${name}`, { recursive: true });
    }
  }

  get directories(): string[] {
    const { root } = this;
    return ["--config-dir", `${root}/config`, "--state-dir", `${root}/state`, "--log-dir", `${root}/log`];
  }

  /** Writes a handler, or with a path any file below the test's root. */
  write(path: string, text: string): string {
    const file = `${this.root}/${path.includes("/") ? path : `config/handlers/${path}`}`;
    Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(file, text, { mode: 0o644 });
    Deno.chmodSync(file, 0o644);
    return file;
  }

  read(path: string): string {
    return Deno.readTextFileSync(`${this.root}/${path}`);
  }

  /** Runs an admin command with this test's directories. */
  admin(command: string, ...args: string[]): Told {
    return run([command, ...this.directories, ...args]);
  }

  /** One hook call, as libvirt makes it. */
  hook(args: readonly string[], xml: string): Told {
    return run(["hook", ...this.directories, ...args], { stdin: xml });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

/** Runs the program to its end. */
export function run(
  args: readonly string[],
  { stdin, env = {}, cwd = "/", stdout: output }: {
    stdin?: string;
    env?: Record<string, string>;
    cwd?: string;
    /** A file instead of what is returned. */
    stdout?: string;
  } = {},
): Told {
  const input = stdin === undefined ? undefined : Deno.makeTempFileSync();
  try {
    if (input !== undefined) Deno.writeTextFileSync(input, stdin!);
    const words = [PROGRAM, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const { code, stdout, stderr } = new Deno.Command("/bin/sh", {
      args: ["-c", `exec ${words} < ${input ?? "/dev/null"}${output === undefined ? "" : ` > ${output}`}`],
      clearEnv: true,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", ...env },
      cwd,
    }).outputSync();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } finally {
    if (input !== undefined) Deno.removeSync(input);
  }
}

/** A small guest, as libvirt describes one. */
export function domainXml(name: string): string {
  return `<domain type='kvm'>
  <name>${name}</name>
  <uuid>11111111-2222-3333-4444-555555555555</uuid>
  <memory unit='KiB'>1048576</memory>
  <vcpu>2</vcpu>
</domain>
`;
}

/** A handler's text. */
export function handler(manifest: string, body: string): string {
  return `${inComments(manifest)}export default async function (event, host) {\n${body}\n}\n`;
}
