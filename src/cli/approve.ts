import { jsonText } from "../base/json_text.ts";
import { flag, type Invocation } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { loadWholeSite } from "./whole_site.ts";
import { look } from "./look.ts";
import { allowed, allowedCells } from "./allowed.ts";
import { renderTable } from "./text_table.ts";
import { type Approval, approvalPath, readApproval } from "../site/approval.ts";
import { formatIssue } from "../base/issue.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import { privateDirectory } from "../system/private_directory.ts";
import { removePrivate, writePrivate } from "../system/private_file.ts";
import { print, userId } from "../system/self.ts";

/** `hookvisor approve`. */
export async function run(invocation: Invocation): Promise<number> {
  const { directories, words: [name = ""] } = invocation;
  const setup = await loadWholeSite(directories);
  const path = approvalPath(directories, name);
  if (flag(invocation, "withdraw")) {
    if (!/^[A-Za-z0-9._-]+$/.test(name) || !removePrivate(path)) {
      throw new CommandError(`${name} is not approved`);
    }
    print(1, `${name} is no longer approved\n`);
    return 0;
  }
  const handler = setup.handlers.find((handler) => handler.name === name);
  if (handler === undefined) {
    throw new CommandError(`no handler ${name}; "hookvisor list" lists all`);
  }
  if (handler.manifest === undefined) {
    throw new CommandError(`${name} is invalid: ${firstIssue(handler)}`);
  }
  const before = readApproval(directories, name, userId());
  const sha256 = await hashOf(handler.source);
  const unchanged = typeof before !== "string" && before.source === handler.source;
  if (!unchanged) {
    const unsafe = privateDirectory(path.slice(0, path.lastIndexOf("/")));
    if (unsafe !== undefined) throw new CommandError(unsafe);
    const approval: Approval = { v: 1, sha256, time: new Date().toISOString(), source: handler.source };
    writePrivate(path, JSON.stringify(approval));
  }
  const required = setup.config.policy.approval === "required";
  if (flag(invocation, "json")) {
    print(1, `${jsonText({ name, sha256, required, may: allowed(handler.manifest) })}\n`);
    return 0;
  }
  const columns = [{ title: "HANDLER" }, { title: "FOR", flex: "wrap" as const }, {
    title: "MAY",
    flex: "wrap" as const,
  }];
  print(1, renderTable(columns, [[name, ...allowedCells(handler.manifest)]], look()));
  print(1, `\n${name} is approved, SHA-256 ${sha256}\n`);
  if (!required) print(1, "approval is not required: policy.approval in config.yaml is none\n");
  return 0;
}

async function hashOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function firstIssue({ issues: [issue] }: LoadedHandler): string {
  return issue === undefined ? "the reason is unknown" : formatIssue(issue);
}
