import type { Finding, Patient } from "./finding.ts";
import { isTrouble } from "../../system/file_reader.ts";
import { trustIssue } from "../../site/trust.ts";
import { linkStatus } from "../../system/file.ts";
import { fileReader } from "../../system/file_reader.ts";
import { userId } from "../../system/self.ts";

const ROOT = 0;

/**
 * The owners of what hookvisor trusts, and who else could write to it: configuration, handlers, the program,
 * its own directories.
 */
export function ownership({ directories, setup, program, hooks }: Patient): Finding[] {
  const files: [string, "file" | "directory"][] = [
    [program, "file"],
    [hooks, "directory"],
    [`${directories.config}/handlers`, "directory"],
    [setup.configFile, "file"],
    ...setup.handlers.map(({ file }): [string, "file"] => [file, "file"]),
  ];
  const wrong = files.flatMap(([path, kind]) => trust(path, kind) ?? []);
  const looked =
    `${program}, ${hooks}, ${directories.config} and all handlers in it, with every directory above`;
  const trusted: Finding[] = wrong.length > 0
    ? wrong
    : [{ check: "ownership", level: "ok", seen: `only root can write to ${looked}` }];
  return [
    ...trusted,
    own(directories.state, 0o077, "what guests hold, and their state"),
    own(directories.log, 0o022, "the records"),
    ...(userId() === ROOT ? [] : [notRoot()]),
  ];
}

function trust(path: string, kind: "file" | "directory"): Finding | undefined {
  const chain = fileReader.chain(path);
  if (isTrouble(chain)) return undefined;
  const issue = trustIssue(path, chain, userId(), kind);
  if (issue === undefined) return undefined;
  const finding: Finding = {
    check: "ownership",
    level: "fail",
    seen: `${path} is not safe: ${issue.message}`,
  };
  return issue.hint === undefined ? finding : { ...finding, remedy: issue.hint };
}

/** A directory that hookvisor creates itself if it is missing. */
function own(path: string, others: number, what: string): Finding {
  const status = linkStatus(path);
  if (status === undefined) {
    return {
      check: "directory",
      level: "ok",
      seen: `${path} does not exist yet; the first hook call creates it for ${what}`,
    };
  }
  const mode = (status.mode & 0o777).toString(8);
  const seen = `${path}, for ${what}: mode ${mode}`;
  const isOurs = status.kind === "directory" && (status.uid === ROOT || status.uid === userId());
  const remedy = `chown root ${path}; chmod ${others === 0o077 ? "700" : "750"} ${path}`;
  if (!isOurs || (status.mode & 0o022) !== 0) {
    const why = isOurs ? "other users can write to it" : `it is a ${status.kind} of user ${status.uid}`;
    return {
      check: "directory",
      level: "fail",
      seen: `${seen}, and ${why}: hookvisor does not use it`,
      remedy,
    };
  }
  if ((status.mode & others) === 0) return { check: "directory", level: "ok", seen };
  return {
    check: "directory",
    level: "note",
    seen: `${seen}; the next hook call removes other users' access`,
  };
}

function notRoot(): Finding {
  return {
    check: "user",
    level: "note",
    seen: `doctor runs as user ${userId()}, so it may have missed something`,
  };
}
