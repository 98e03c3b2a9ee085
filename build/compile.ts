/**
 * Makes the executable: `compile.ts ENTRY RUNTIME ENGINE IMAGE OUTPUT`.
 *
 * Bundles ENTRY, and lets `deno compile` put the bundle and the files read at run time behind the base runtime
 * RUNTIME. OUTPUT appears whole or not at all.
 */
import { dirname, join } from "node:path";
import { bundle, type Chunk } from "./bundle.ts";
import { addEntryCode } from "./elf/add_entry_code.ts";
import { entryCodeLabel } from "./elf/entry_code.ts";
import { leaveRoomForHeaders } from "./elf/leave_room_for_headers.ts";

/**
 * V8 flags baked into the executable; docs/performance-history.md states what each gains. A hook call is short, so
 * nothing is compiled twice, no threads are started, and code must be used ten times as much as usual before
 * V8 notes what it is used with and optimises it (long loops are, as ever); new objects have more room. V8 collects garbage when the heap
 * has doubled: by default it lets the garbage that a hostile handler causes grow to 300 MiB. `--stack-size`
 * lets QuickJS's own stack check come before V8's.
 */
const V8_FLAGS = [
  "--single-threaded",
  "--no-wasm-tier-up",
  "--no-wasm-dynamic-tiering",
  "--no-wasm-inlining",
  "--no-wasm-inlining-call-indirect",
  "--invocation-count-for-feedback-allocation=60",
  "--invocation-count-for-maglev=4000",
  "--invocation-count-for-turbofan=30000",
  "--min-semi-space-size=8",
  "--heap-growing-percent=100",
  "--stack-size=3900",
];

/** `make CHECKPOINT=no`: neither code at the entry nor checkpoints. */
const WITHOUT_CHECKPOINT = Deno.env.get("CHECKPOINT") === "no";
const HAS_ENTRY_CODE = Deno.build.arch === "x86_64" && !WITHOUT_CHECKPOINT;

/** npm packages that src/ may import. */
const PACKAGES = ["@noble/hashes", "yaml"];

const [entry = "", runtime = "", engine = "", image = "", output = ""] = Deno.args;
if (output === "") throw new Error("usage: compile.ts ENTRY RUNTIME ENGINE IMAGE OUTPUT");

const { version } = JSON.parse(Deno.readTextFileSync("deno.json")) as { version: string };
const date = buildDate();
const chunks = await bundle({
  entry,
  ...(WITHOUT_CHECKPOINT && { instead: { "src/checkpoint/enabled.ts": "src/checkpoint/disabled.ts" } }),
  folder: join(dirname(output), "bundle"),
  ...(entry === "src/main.ts" && { together: "src/call/libvirt_call.ts" }),
  constants: {
    __HOOKVISOR_VERSION__: version,
    __BUILD_DATE__: date,
    __CHECKPOINT_CODE__: HAS_ENTRY_CODE ? entryCodeLabel("checkpoint") : undefined,
    __CHECKPOINT_TAG__: HAS_ENTRY_CODE ? entryCodeLabel("tag") : undefined,
    __HOOKVISOR_BUILD__: `${version} ${await sourcesDigest("src")}${WITHOUT_CHECKPOINT ? " plain" : ""}`,
  },
  packages: PACKAGES,
});
console.log(`build: ${summary(chunks)}`);
await compile(chunks.map((chunk) => chunk.file), ["LICENSE", engine, image]);
console.log(`build: ${output}, ${(Deno.statSync(output).size / 1e6).toFixed(1)} MB`);

/**
 * Compiles the bundle's `modules` together with the `embedded` files.
 *
 * Both keep their paths below the repository, so `../../dist/engine.bin` is right in the program as in the sources.
 */
async function compile(modules: string[], embedded: string[]): Promise<void> {
  const folder = Deno.makeTempDirSync({ dir: dirname(output), prefix: ".compile-" });
  try {
    const staged = join(folder, "root");
    for (const file of [...modules, ...embedded]) stage(file, staged);
    const temporary = join(folder, "hookvisor");
    const args = ["compile", "--quiet", "--no-check", "--no-code-cache", "--no-config", "--no-lock"];
    args.push("--cached-only", "--allow-all", "--unstable-ffi", `--v8-flags=${V8_FLAGS.join(",")}`);
    args.push(...embedded.flatMap((file) => ["--include", join(staged, file)]));
    args.push("--output", temporary, join(staged, dirname(output), "bundle", "main.js"));
    const { success } = new Deno.Command(Deno.execPath(), {
      args,
      env: { DENORT_BIN: Deno.realPathSync(runtime) },
      stdout: "inherit",
      stderr: "inherit",
    }).outputSync();
    if (!success) throw new Error("deno compile failed");
    await putCodeAtEntry(temporary);
    Deno.renameSync(temporary, output);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Copies a file, with the same time in every build, because Deno stores files' times in the program. */
function stage(file: string, folder: string): void {
  const copy = join(folder, file);
  Deno.mkdirSync(dirname(copy), { recursive: true });
  Deno.copyFileSync(file, copy);
  const time = new Date(date ?? 0);
  Deno.utimeSync(copy, time, time);
}

/** Puts code before the runtime's own: for arguments that are not UTF-8, and for checkpoints; see entry_code.ts. */
async function putCodeAtEntry(program: string): Promise<void> {
  if (!HAS_ENTRY_CODE) {
    console.log(
      `build: no entry code ${
        WITHOUT_CHECKPOINT ? "wanted" : `for ${Deno.build.arch}`
      }: an argument that is not UTF-8 ends the program (SIGABRT), and ` +
        `there are no checkpoints`,
    );
    Deno.writeFileSync(program, leaveRoomForHeaders(Deno.readFileSync(program)));
    return;
  }
  Deno.writeFileSync(program, await addEntryCode(Deno.readFileSync(program)));
}

/** `SOURCE_DATE_EPOCH`, else the date of the last commit, as an ISO date; undefined if neither exists. */
function buildDate(): string | undefined {
  const given = Deno.env.get("SOURCE_DATE_EPOCH") ?? lastCommit();
  if (given === undefined) return undefined;
  const seconds = Number(given);
  if (!/^\d+$/.test(given) || !Number.isSafeInteger(seconds)) {
    throw new Error(`SOURCE_DATE_EPOCH is "${given}": give whole seconds since 1970`);
  }
  return new Date(seconds * 1000).toISOString();
}

/**
 * Identifies a build whose saved data only the same build may read: a digest of every file below a folder.
 */
async function sourcesDigest(folder: string): Promise<string> {
  const texts = filesBelow(folder).sort().map((file) => `${file}\n${Deno.readTextFileSync(file)}`);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\n")));
  return new Uint8Array(digest).toHex().slice(0, 16);
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(join(folder, name)) : [join(folder, name)]
  );
}

function lastCommit(): string | undefined {
  try {
    const { success, stdout } = new Deno.Command("git", {
      args: ["log", "-1", "--format=%ct"],
      stderr: "null",
    })
      .outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The sizes of what every start loads, and of what only some calls and commands load. */
function summary(chunks: Chunk[]): string {
  const bytes = (some: Chunk[]) => some.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const [start, later] = [chunks.filter((chunk) => chunk.atStart), chunks.filter((chunk) => !chunk.atStart)];
  const external = [...new Set(later.flatMap((chunk) => chunk.external))].join(", ") || "no node: module";
  return `bundle: ${bytes(start)} bytes loaded at every start, ${bytes(later)} when needed, with ${external}`;
}
