import type { Directories } from "../site/directories.ts";
import type { HandlersResult } from "./run_handlers.ts";
import { formatIssue } from "../base/issue.ts";
import type { Config } from "../site/config.ts";
import type { LoadedHandler } from "../site/load_handlers.ts";
import { onFailureFor } from "../site/settings.ts";
import type { HookEvent } from "../protocol/event.ts";
import type { Operation } from "../protocol/operations.ts";
import { userId } from "../system/self.ts";

/** The handlers; those that the site's policy requires to be approved, and that are not, are marked. */
export async function approved(
  handlers: LoadedHandler[],
  config: Config,
  directories: Directories,
  uid: number,
): Promise<LoadedHandler[]> {
  if (config.policy.approval !== "required") return handlers;
  const { withApproval } = await import("../site/approval.ts");
  return withApproval(handlers, config, directories, uid);
}

/**
 * A user's own libvirtd runs the system's hooks as that user. Files that such a
 * user may not read or should not trust are skipped without a failure; of the
 * rest, only a handler's own `host.fail` aborts anything.
 */
export function isPassedOver(trouble: string, uid: number): boolean {
  return uid !== 0 && (trouble === "unreadable" || trouble === "untrusted");
}

export function usableHandlers(
  handlers: readonly LoadedHandler[],
  uid: number,
  notes: string[],
): LoadedHandler[] {
  return handlers.filter(({ trouble, issues }) => {
    if (trouble === undefined || !isPassedOver(trouble, uid)) return true;
    notes.push(...issues.map(formatIssue));
    return false;
  });
}

/** A configuration or a handler directory that cannot be used counts as a failed handler for every operation. */
export function brokenSite(
  { object }: HookEvent,
  known: Operation,
  config: Config,
  message: string,
): HandlersResult {
  const onFailure = userId() === 0 ? onFailureFor(config, undefined, known) : "ignore";
  const handlers = [{ name: "config", outcome: "broken" as const, onFailure, message, ms: 0, calls: [] }];
  if (onFailure === "ignore") return { verdict: "ignore", handlers };
  return { verdict: "abort", reason: `${object}: ${known.name} refused: ${message}`, handlers };
}
