import type { Finding, Patient } from "./finding.ts";
import { CHECKPOINTS } from "../../checkpoint/enabled.ts";
import { startsFromIt } from "../../checkpoint/take_checkpoint.ts";
import { checkpointFile, DIRECTORIES } from "../../site/directories.ts";
import { linkStatus } from "../../system/file.ts";
import { userId } from "../../system/self.ts";

/** Whether hook calls start from a checkpoint, which makes them several times faster. */
export function checkpoint({ directories, setup }: Patient): Finding[] {
  return [{ check: "checkpoint", ...look(directories.state, setup.config.checkpoint, setup.configFile) }];
}

function look(state: string, isWanted: boolean, configFile: string): Omit<Finding, "check"> {
  if (!isWanted) return { level: "note", seen: `${configFile} says checkpoint: false` };
  const impossible = CHECKPOINTS.impossible();
  if (impossible !== undefined) return { level: "note", seen: `hook calls start plainly: ${impossible}` };
  if (state !== DIRECTORIES.state) {
    return { level: "note", seen: `hookvisor keeps it in ${DIRECTORIES.state} only` };
  }
  if (userId() !== 0) return { level: "note", seen: "only root can read it" };
  const file = checkpointFile({ state });
  const status = linkStatus(file);
  if (status === undefined) {
    return {
      level: "note",
      seen: `${file} does not exist: hook calls start plainly, and the next one creates it in the background`,
    };
  }
  const taken = new Date(Number(status.modifiedNs / 1_000_000n)).toISOString().slice(0, 19);
  const what = `${file}, ${(status.size / 2 ** 20).toFixed(0)} MiB, created ${taken}Z`;
  if (startsFromIt()) return { level: "ok", seen: `hook calls start from ${what}` };
  return {
    level: "warn",
    seen:
      `hook calls do not start from ${what}: it belongs to another program or machine, or the kernel denies it`,
    remedy: "run: hookvisor checkpoint",
  };
}
