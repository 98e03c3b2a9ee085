import type { Policy } from "./config.ts";
import { scriptPrograms } from "./script_programs.ts";
import { trustIssue } from "./trust.ts";
import { fileReader, isTrouble } from "../system/file_reader.ts";
import { firstLineOf, refuseSlowInterpreters } from "../system/first_line.ts";
import { userId } from "../system/self.ts";
import { SystemError } from "../system/system_error.ts";

/** The most programs that one script may run through: the kernel follows five interpreters. */
const MOST = 16;

/**
 * Why the user that hookvisor runs as must not run a program: another user could have written it, or, for a
 * script, one of the programs and files that its first line names, and theirs. Handlers are checked in the same
 * way. Undefined where nothing is wrong, and where the policy does not require it.
 *
 * A file that does not exist is checked too: another user could create it before it is started.
 *
 * @param path absolute
 * @throws {SystemError} when it cannot be read
 */
export function untrustedProgram(path: string, { programs }: Pick<Policy, "programs">): string | undefined {
  if (programs === "any") {
    refuseSlowInterpreters(path);
    return undefined;
  }
  const found = new Set([path]);
  for (const program of found) {
    const by = program === path ? "" : `${path} is run by ${program}: `;
    const why = writableBy(program);
    if (why !== undefined) return `${by}${why}`;
    const line = firstLine(program);
    if (line === undefined) continue;
    const named = scriptPrograms(line);
    if (typeof named === "string") {
      return `${by}its first line, #!${line.slice(0, 100)}, leaves open which program runs it (${named}): ` +
        "write #!/usr/bin/env PROGRAM, or the interpreter itself";
    }
    const file = named.files.map((file) => [file, writableBy(file, "argument")] as const)
      .find(([, why]) => why !== undefined);
    if (file !== undefined) return `${program} is run with ${file[0]}: ${file[1]}`;
    named.programs.forEach((one) => found.add(one));
    if (found.size > MOST) return `${path} is a script that runs through more than ${MOST} others`;
  }
  return undefined;
}

/** Undefined for what is no script, and for what does not exist: then there is nothing to run. */
function firstLine(path: string): string | undefined {
  try {
    return firstLineOf(path);
  } catch (error) {
    if (error instanceof SystemError && ["ENOENT", "ENOTDIR"].includes(error.code)) return undefined;
    throw error;
  }
}

/** @param use An argument that is a directory is not run. */
function writableBy(path: string, use: "program" | "argument" = "program"): string | undefined {
  const chain = fileReader.chain(path);
  if (isTrouble(chain)) {
    if (chain.trouble === "denied") return undefined;
    return chain.trouble === "missing" ? creatableBy(path) : chain.message;
  }
  const isDirectory = chain.at(-1)?.isDirectory === true;
  if (isDirectory && use === "argument") return undefined;
  return explained(trustIssue(path, chain, userId(), isDirectory ? "directory" : "file"));
}

/** Who could create a file that does not exist: whoever can write to the directory that it would be in. */
function creatableBy(path: string): string | undefined {
  const directory = path.slice(0, path.lastIndexOf("/")) || "/";
  const chain = fileReader.chain(directory);
  if (isTrouble(chain)) return chain.trouble === "missing" ? creatableBy(directory) : undefined;
  return chain.at(-1)?.isDirectory === true
    ? explained(trustIssue(directory, chain, userId(), "directory"))
    : undefined;
}

function explained(issue: ReturnType<typeof trustIssue>): string | undefined {
  return issue &&
    `${issue.message}, so users other than root control what it does (${issue.hint}, or policy.programs: any in config.yaml)`;
}
