import { join } from "node:path";
import { addEntryCode } from "../../../build/elf/add_entry_code.ts";

/** The entry code is x86-64 code, and calls Linux. */
export const ON_X86 = { ignore: Deno.build.arch !== "x86_64" || Deno.build.os !== "linux" };

/** What a program did. */
export interface Outcome {
  stdout: string;
  stderr: string;
  code: number;
  signal: Deno.Signal | null;
}

/** One of the programs that every Linux system has. */
export function systemProgram(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(join("/usr/bin", name));
}

/** A folder that holds a system's program twice, in `without/` as it is and in `with/` with the entry code. */
export class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync();

  constructor() {
    Deno.chmodSync(this.path, 0o755); // for users other than root
    Deno.mkdirSync(join(this.path, "with"));
    Deno.mkdirSync(join(this.path, "without"));
  }

  /** Adds a program of the system, with an entry code and without. */
  async add(name: string, program = systemProgram(name)): Promise<void> {
    this.write(`without/${name}`, program);
    this.write(`with/${name}`, await addEntryCode(program));
  }

  write(name: string, bytes: Uint8Array): void {
    Deno.writeFileSync(join(this.path, name), bytes, { mode: 0o755 });
  }

  /** Runs a program with these variables and no others. */
  async run(program: string, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
    const command = new Deno.Command(join(this.path, program), {
      args,
      env,
      clearEnv: true,
      cwd: this.path,
      stdin: "null",
      // One that hangs is to fail, and not to keep the others from being run.
      signal: AbortSignal.timeout(20_000),
    });
    const { stdout, stderr, code, signal } = await command.output();
    const text = new TextDecoder();
    return { stdout: text.decode(stdout), stderr: text.decode(stderr), code, signal };
  }

  /** Runs a shell script in the folder; gives the bytes that it wrote to stdout. */
  async script(script: string): Promise<Uint8Array> {
    const command = new Deno.Command("sh", { args: ["-c", script], cwd: this.path, stderr: "inherit" });
    return (await command.output()).stdout;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
