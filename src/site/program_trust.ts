import type { Policy } from "./config.ts";
import { trustIssue } from "./trust.ts";
import { ENVIRONMENT } from "../system/command_environment.ts";
import { fileReader, isTrouble } from "../system/file_reader.ts";
import { interpreterOf } from "../system/interpreter.ts";
import { findProgram } from "../system/program.ts";
import { userId } from "../system/self.ts";

/**
 * Why the user that hookvisor runs as must not run a program: another user could have written it, or a
 * script's interpreter. Handlers are checked in the same way. Undefined where nothing is wrong, where the
 * file cannot be examined (starting it will report that better), and where the policy does not require it.
 *
 * @param path absolute
 * @throws {SystemError} when it cannot be read
 */
export function untrustedProgram(path: string, { programs }: Pick<Policy, "programs">): string | undefined {
  if (programs === "any") return undefined;
  const why = writableBy(path);
  if (why !== undefined) return why;
  for (const name of interpreterOf(path)) {
    const interpreter = findProgram(name, ENVIRONMENT.PATH);
    const why = interpreter === undefined ? undefined : writableBy(interpreter);
    if (why !== undefined) return `${path} is run by ${interpreter}: ${why}`;
  }
  return undefined;
}

function writableBy(path: string): string | undefined {
  const chain = fileReader.chain(path);
  if (isTrouble(chain) || chain.at(-1)?.isFile !== true) return undefined;
  const issue = trustIssue(path, chain, userId());
  return issue &&
    `${issue.message}, so users other than root control what it does (${issue.hint}, or policy.programs: any in config.yaml)`;
}
