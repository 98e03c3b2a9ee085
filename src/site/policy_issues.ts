import type { Issue } from "../base/issue.ts";
import type { Config } from "./config.ts";
import { deniedExec, deniedPath, isLibvirtClient, policyFor } from "./deny.ts";
import { expandOperations } from "../manifest/operation_glob.ts";
import { parseExecRule } from "../manifest/exec_rule.ts";
import type { Located, Manifest } from "../manifest/manifest.ts";
import { isLiteralPath, parsePathRule } from "../manifest/path_rule.ts";

/**
 * Rules of a manifest that can never take effect because the site's policy
 * denies all they allow. This helps `check`; `deniedExec` and `deniedPath`
 * enforce the policy at each call.
 *
 * @param file The handler's path.
 */
export function policyIssues(file: string, manifest: Manifest, config: Config): Issue[] {
  const issues: Issue[] = [];
  const add = (severity: Issue["severity"], at: Located<unknown>, message: string, hint?: string) =>
    issues.push({ severity, file, line: at.line, column: at.column, message, ...(hint ? { hint } : {}) });

  const { events, hooks } = purposes(manifest);
  const inHooks = policyFor(config.policy, manifest.allow);
  // libvirt does not wait for the handlers of events, so these may run its clients, unless the site denies
  // that to all.
  const mayCall = events && inHooks.libvirtClients !== "deny";
  const policy = mayCall ? { ...inHooks, libvirtClients: "allow" as const } : inHooks;
  for (const located of [...manifest.allow.exec, ...manifest.allow.look]) {
    const read = parseExecRule(located.value);
    if ("error" in read) continue;
    const { program } = read.rule;
    const why = deniedExec(policy, program, read.rule.args.map(({ text }) => text));
    if (why !== undefined) add("error", located, `exec: ${program}: ${why}`);
    else if (!isLibvirtClient(program) || !hooks) continue;
    else if (events && inHooks.libvirtClients !== "allow") {
      add("warning", located, `exec: ${program} is a client of libvirt: allowed in events, denied in hooks`);
    } else if (manifest.mode !== "background") {
      add("warning", located, `exec: ${program} can deadlock with libvirt, which waits for this hook`);
    }
  }
  for (const access of ["read", "write"] as const) {
    for (const located of manifest.allow[access]) {
      const read = parsePathRule(located.value);
      if ("error" in read || !isLiteralPath(read.rule)) continue;
      const why = deniedPath(config.policy.deny[access], access, located.value);
      if (why !== undefined) add("error", located, `${access}: ${located.value}: ${why}`);
    }
  }
  return issues;
}

/** Whether a handler matches events, and whether it matches hooks. */
export function purposes({ on }: Manifest): { events: boolean; hooks: boolean } {
  const operations = on.flatMap(({ value }) => expandOperations(value));
  return {
    events: operations.some(({ event }) => event !== undefined),
    hooks: operations.some(({ event }) => event === undefined),
  };
}
