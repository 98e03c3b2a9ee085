import type { Policy } from "./config.ts";
import { scriptPrograms } from "./script_programs.ts";
import { trustIssue } from "./trust.ts";
import { fileReader, isTrouble } from "../system/file_reader.ts";
import { firstLineOf, refuseSlowInterpreters } from "../system/first_line.ts";
import { type Mount, readMounts } from "../system/mount_info.ts";
import { userId } from "../system/self.ts";
import { SystemError } from "../system/system_error.ts";

/** The most programs that one script may run through: the kernel follows five interpreters. */
const MOST = 16;

/** Why root must not run a program. */
export interface ProgramFault {
  what: string;
  remedy?: string;
  /** Users other than root could change what it does. */
  byOthers?: true;
}

/**
 * Why the user that hookvisor runs as must not run a program; undefined where nothing is wrong, and where the policy
 * does not require it.
 *
 * @param path absolute
 * @throws {SystemError} when it cannot be read
 */
export function untrustedProgram(path: string, { programs }: Pick<Policy, "programs">): string | undefined {
  if (programs === "any") {
    refuseSlowInterpreters(path);
    return undefined;
  }
  const fault = programFault(path);
  if (fault === undefined) return undefined;
  const { what, remedy, byOthers } = fault;
  if (!byOthers) return remedy === undefined ? what : `${what}: ${remedy}`;
  return `${what}, so users other than root control what it does (${remedy}, or policy.programs: any in config.yaml)`;
}

/**
 * What is wrong with a program: another user could have written it, or, for a script, one of the programs and files
 * that its first line names, and theirs. Handlers are checked in the same way.
 *
 * A file that does not exist is checked too: another user could create it before it is started.
 *
 * @param path absolute
 * @throws {SystemError} when it cannot be read
 */
export function programFault(path: string): ProgramFault | undefined {
  const found = new Set([path]);
  for (const program of found) {
    const by = program === path ? "" : `${path} is run by ${program}: `;
    const fault = writableBy(program);
    if (fault !== undefined) return { ...fault, what: `${by}${fault.what}` };
    const line = firstLine(program);
    if (line === undefined) continue;
    const named = scriptPrograms(line);
    if (typeof named === "string") {
      const what = `${by}its first line, #!${
        line.slice(0, 100)
      }, leaves open which program runs it (${named})`;
      return { what, remedy: "write #!/usr/bin/env PROGRAM, or the interpreter itself" };
    }
    for (const file of named.files) {
      const fault = writableBy(file, "argument");
      if (fault !== undefined) return { ...fault, what: `${program} is run with ${file}: ${fault.what}` };
    }
    named.programs.forEach((one) => found.add(one));
    if (found.size > MOST) return { what: `${path} is a script that runs through more than ${MOST} others` };
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
function writableBy(path: string, use: "program" | "argument" = "program"): ProgramFault | undefined {
  const chain = fileReader.chain(path);
  if (isTrouble(chain)) {
    if (chain.trouble === "denied") return undefined;
    return chain.trouble === "missing" || isMissing(path) ? creatableBy(path) : { what: chain.message };
  }
  const served = servedBy(chain);
  if (served !== undefined) return served;
  const isDirectory = chain.at(-1)?.isDirectory === true;
  if (isDirectory && use === "argument") return undefined;
  return explained(trustIssue(path, chain, userId(), isDirectory ? "directory" : "file"));
}

/** Whether a directory, however many links lead to it, has nothing of that name: no link that leads nowhere either. */
function isMissing(path: string): boolean {
  const chain = fileReader.chain(directoryOf(path));
  if (isTrouble(chain)) return false;
  const file = fileReader.chain(`${chain.at(-1)!.path}/${path.slice(path.lastIndexOf("/") + 1)}`);
  return isTrouble(file) && file.trouble === "missing";
}

/** Whether a process of another user's serves (FUSE) what one of these steps lies on: then it tells their owners. */
function servedBy(chain: readonly { path: string }[]): ProgramFault | undefined {
  const isOthers = ({ server }: Mount) => server !== undefined && server !== 0 && server !== userId();
  const mount = readMounts().filter(isOthers)
    .find(({ point }) => chain.some(({ path }) => path === point || path.startsWith(`${point}/`)));
  if (mount === undefined) return undefined;
  const what = `user ${mount.server} serves the file system ${mount.point}`;
  return { what, remedy: "move the program to another", byOthers: true };
}

/** Who could create a file that does not exist: whoever can write to the directory that it would be in. */
function creatableBy(path: string): ProgramFault | undefined {
  const directory = directoryOf(path);
  const chain = fileReader.chain(directory);
  if (isTrouble(chain)) return chain.trouble === "missing" ? creatableBy(directory) : undefined;
  return chain.at(-1)?.isDirectory === true
    ? servedBy(chain) ?? explained(trustIssue(directory, chain, userId(), "directory"))
    : undefined;
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function explained(issue: ReturnType<typeof trustIssue>): ProgramFault | undefined {
  return issue && { what: issue.message, remedy: issue.hint, byOthers: true };
}
