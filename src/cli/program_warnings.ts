import type { Issue } from "../base/issue.ts";
import { parseExecRule } from "../manifest/exec_rule.ts";
import type { Located, Manifest } from "../manifest/manifest.ts";
import type { Config } from "../site/config.ts";
import { untrustedProgram } from "../site/program_trust.ts";
import { ENVIRONMENT } from "../system/command_environment.ts";
import { findProgram } from "../system/program.ts";
import { SystemError } from "../system/system_error.ts";

/**
 * Programs of `allow.exec` on this host that root refuses to run, because other users could have written
 * them.
 */
export function programWarnings(file: string, { allow }: Manifest, { policy }: Config): Issue[] {
  return allow.exec.flatMap((rule): Issue[] => {
    const message = refusedProgram(rule, policy);
    if (message === undefined) return [];
    return [{ severity: "warning", file, line: rule.line, column: rule.column, message: `exec: ${message}` }];
  });
}

/** Why the program of one rule is refused, or undefined; also where it cannot be examined. */
export function refusedProgram(rule: Located<string>, policy: Config["policy"]): string | undefined {
  const read = parseExecRule(rule.value);
  const path = "rule" in read ? findProgram(read.rule.program, ENVIRONMENT.PATH) : undefined;
  if (path === undefined) return undefined;
  try {
    return untrustedProgram(path, policy);
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}
