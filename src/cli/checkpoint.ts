import { CommandError } from "./command_error.ts";
import { flag, type Invocation } from "./command.ts";
import { CheckpointError } from "../checkpoint/checkpoint_error.ts";
import { startsFromIt, takeCheckpoint } from "../checkpoint/take_checkpoint.ts";
import { loadWholeSite } from "./whole_site.ts";
import { checkpointFile, DIRECTORIES } from "../site/directories.ts";
import { removePrivate } from "../system/private_file.ts";
import { print } from "../system/self.ts";

/** `hookvisor checkpoint`. */
export async function run(invocation: Invocation): Promise<number> {
  const { directories } = invocation;
  const file = checkpointFile(directories);
  if (directories.state !== DIRECTORIES.state) {
    throw new CommandError(`a checkpoint is looked for in ${DIRECTORIES.state} only`, 2);
  }
  const { config, configFile } = await loadWholeSite(directories);
  if (!config.checkpoint) print(1, `${configFile} says checkpoint: false\n`);
  if (flag(invocation, "remove") || !config.checkpoint) {
    print(1, removePrivate(file) ? `${file}: removed\n` : `${file}: there is none\n`);
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
      ? "another process is just taking one"
      : `${(size / 2 ** 20).toFixed(1)} MiB, taken in ${seconds} s; hook calls start from it`;
    print(1, `${file}: ${said}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CommandError(`no checkpoint was taken, and hook calls start without: ${error.message}`);
  }
}
