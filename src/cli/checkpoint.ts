import { jsonText } from "../base/json_text.ts";
import { CommandError } from "./command_error.ts";
import { flag, type Invocation } from "./command.ts";
import { CHECKPOINTS } from "../checkpoint/enabled.ts";
import { CheckpointError } from "../checkpoint/checkpoint_error.ts";
import { describeCheckpoint } from "../checkpoint/describe_checkpoint.ts";
import { startsFromIt, takeCheckpoint } from "../checkpoint/take_checkpoint.ts";
import { look } from "./look.ts";
import { renderTable } from "./text_table.ts";
import { loadWholeSite } from "./whole_site.ts";
import { checkpointFile, DIRECTORIES } from "../site/directories.ts";
import { removePrivate } from "../system/private_file.ts";
import { print } from "../system/self.ts";

/** `hookvisor checkpoint`. */
export async function run(invocation: Invocation): Promise<number> {
  const { directories } = invocation;
  const file = checkpointFile(directories);
  if (directories.state !== DIRECTORIES.state) {
    throw new CommandError(`hookvisor keeps its checkpoint in ${DIRECTORIES.state} only`, 2);
  }
  const impossible = CHECKPOINTS.impossible();
  if (impossible !== undefined) throw new CommandError(`no checkpoint: ${impossible}`);
  const { config, configFile } = await loadWholeSite(directories);
  if (!config.checkpoint) print(1, `${configFile} says checkpoint: false\n`);
  if (flag(invocation, "show")) return show(file, flag(invocation, "json"));
  if (flag(invocation, "remove") || !config.checkpoint) {
    print(1, removePrivate(file) ? `${file}: removed\n` : `${file} does not exist\n`);
    return 0;
  }
  if (flag(invocation, "if-needed") && startsFromIt()) {
    print(1, `${file}: hook calls start from it\n`);
    return 0;
  }
  try {
    const began = performance.now();
    const size = await takeCheckpoint(directories);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const said = size === undefined
      ? "another process is creating one now"
      : `${(size / 2 ** 20).toFixed(1)} MiB, created in ${seconds} s; hook calls start from it`;
    print(1, `${file}: ${said}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CommandError(`no checkpoint was created, so hook calls start plainly: ${error.message}`);
  }
}

/** What the checkpoint holds. */
function show(file: string, json: boolean): number {
  const found = describeCheckpoint(file);
  if (found === undefined) throw new CommandError(`${file} does not exist: hook calls start plainly`);
  if (typeof found === "string") throw new CommandError(`${file}: ${found}`);
  if (json) {
    print(1, `${jsonText(found)}\n`);
    return 0;
  }
  const { size, taken, tag, ofThisProgram, steps, byCall, mappings } = found;
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(taken)) / 1000));
  const calls = Object.entries(byCall).sort(([, a], [, b]) => b - a).map(([name, count]) =>
    `${count} ${name}`
  );
  const rows = [
    ["size", mebibytes(size)],
    ["taken", `${taken.slice(0, 19)}Z, ${seconds} s ago`],
    ["program", `${tag}, ${ofThisProgram ? "the running one" : "not the running one"}`],
    ["steps", `${steps}: ${calls.join(", ")}`],
    ...Object.entries(mappings).map(([kind, { count, bytes }]) => [
      KINDS[kind] ?? kind,
      `${count} mappings, ${mebibytes(bytes)}`,
    ]),
  ];
  print(1, renderTable([{ title: "WHAT" }, { title: "HOLDS", flex: "wrap" }], rows, look()));
  return 0;
}

const KINDS: Readonly<Record<string, string>> = {
  checkpoint: "mapped from it",
  files: "mapped from other files",
  empty: "empty memory",
  copied: "copied out of it",
};

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
