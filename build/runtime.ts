/**
 * Finds the base runtime (denort) that `deno compile` puts a program behind, strips it, and writes it to the file
 * named by the only argument. Three ways, in this order; each prints one line that says whether it was taken:
 *
 * 1. `DENORT_BIN`: a runtime the builder already has.
 * 2. Deno's own download, if its host answers: an empty program is compiled and the runtime taken out of it.
 * 3. An npm package that is a program compiled with the same Deno, out of which the runtime is taken.
 *
 * On x86_64 the ways 2 and 3 must give the very same bytes, and they are checked.
 */
import { join } from "node:path";
import { recoverRuntime } from "./elf/recover_runtime.ts";
import { readImage } from "./elf/image.ts";
import { writeImage } from "./elf/write_image.ts";

const RUNTIME_SHA256 = "723d45cca4f68bd66652da1e0d45562b0700317c1535981035f50f078785a131";

/** A program compiled with this very Deno for x86_64; only Deno's own, MIT-licensed runtime is taken out of it. */
const CARRIER = {
  name: "@chelonia/cli-x64-linux@3.4.0",
  integrity:
    "sha512-ey7BqNiIOY2PkpN/UYxjpmOG1A7HmplyadP80omXTG1DVu1fbz7ro/d4gRPtHaxPRkNJTS24lDejc5/rT/3RMA==",
  file: "package/chel",
};

/** How long Deno's download may take (40 MB) before the next way is tried, in seconds. */
const DOWNLOAD_SECONDS = 60;

const [output] = Deno.args;
if (!output) throw new Error("usage: runtime.ts OUTPUT");
const folder = Deno.makeTempDirSync({ dir: join(output, ".."), prefix: "runtime-" });
try {
  const runtime = given() ?? await downloaded(folder) ?? await fromNpm(folder);
  const stripped = writeImage(readImage(runtime));
  const temporary = join(folder, "stripped");
  Deno.writeFileSync(temporary, stripped, { mode: 0o755 });
  Deno.renameSync(temporary, output);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  Deno.exitCode = 1;
} finally {
  Deno.removeSync(folder, { recursive: true });
}

function say(line: string): void {
  console.error(`build: ${line}`);
}

/** Way 1. `deno compile` checks what the file itself does not show. */
function given(): Uint8Array | undefined {
  const path = Deno.env.get("DENORT_BIN");
  if (!path) return undefined;
  let runtime: Uint8Array;
  try {
    runtime = Deno.readFileSync(path);
  } catch (error) {
    throw new Error(`DENORT_BIN: cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
  const version = `Deno/${Deno.version.deno}`;
  if (!contains(runtime, version)) {
    throw new Error(
      `DENORT_BIN: ${path} is not the runtime of ${version}: it must be the denort of that version`,
    );
  }
  say(`base runtime: ${path} (DENORT_BIN)`);
  return runtime;
}

/** Way 2. */
async function downloaded(work: string): Promise<Uint8Array | undefined> {
  say(`base runtime: trying Deno's own download (at most ${DOWNLOAD_SECONDS} s)`);
  const source = join(work, "empty.js");
  const program = join(work, "empty");
  Deno.writeTextFileSync(source, "");
  const args = ["compile", "--quiet", "--no-check", "--no-config", "--no-lock", "--output", program, source];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "piped" }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), DOWNLOAD_SECONDS * 1000);
  const { success, signal, stderr } = await child.output();
  clearTimeout(timer);
  if (!success) {
    const why = signal
      ? `timed out after ${DOWNLOAD_SECONDS} s`
      : rootCause(new TextDecoder().decode(stderr));
    say(`base runtime: Deno's own download is not available (${why})`);
    return undefined;
  }
  say("base runtime: Deno's own download");
  return await checked(recoverRuntime(Deno.readFileSync(program)), "Deno's own download");
}

/** Way 3. */
async function fromNpm(work: string): Promise<Uint8Array> {
  if (Deno.build.arch !== "x86_64") {
    throw new Error(
      `no base runtime for ${Deno.build.arch}: the npm package carries the one for x86_64 only. ` +
        "Allow this machine to download Deno's runtime, or set DENORT_BIN to a denort of Deno " +
        Deno.version.deno,
    );
  }
  say(`base runtime: extracting it from npm's ${CARRIER.name}`);
  const tarball = join(work, "carrier.tgz");
  run("sh", ["build/npm_tarball.sh", CARRIER.name, CARRIER.integrity, tarball]);
  run("tar", ["-xzf", tarball, "-C", work, CARRIER.file]);
  return await checked(recoverRuntime(Deno.readFileSync(join(work, CARRIER.file))), CARRIER.name);
}

async function checked(runtime: Uint8Array, source: string): Promise<Uint8Array> {
  if (Deno.build.arch !== "x86_64") return runtime;
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(runtime));
  const found = new Uint8Array(digest).toHex();
  if (found === RUNTIME_SHA256) return runtime;
  throw new Error(
    `the base runtime from ${source} does not have the expected SHA-256; it was not used\n` +
      `  expected SHA-256 ${RUNTIME_SHA256}\n  found    SHA-256 ${found}`,
  );
}

function run(command: string, args: string[]): void {
  const { success } = new Deno.Command(command, { args, stdout: "inherit", stderr: "inherit" }).outputSync();
  if (!success) throw new Error(`'${command} ${args[0]}' failed`);
}

/** The last cause in a list of causes, as Deno prints it above its stack backtrace. */
function rootCause(text: string): string {
  const lines = text.split("Stack backtrace")[0]?.trim().split("\n") ?? [];
  return lines.at(-1)?.replace(/^[\s\d:]+/, "") || "unknown reason";
}

function contains(bytes: Uint8Array, text: string): boolean {
  const wanted = new TextEncoder().encode(text);
  for (let at = bytes.indexOf(wanted[0] ?? 0); at >= 0; at = bytes.indexOf(wanted[0] ?? 0, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}
