import { type Hook, isSeen } from "./hook_links.ts";
import type { LibvirtDaemon } from "./libvirt_host.ts";
import { newestRecords } from "../records/history.ts";
import type { Driver } from "../protocol/operations.ts";

/**
 * Whether a daemon that runs knows that a driver has hooks: something was
 * there when it started, or a record proves it. A call of the driver's proves
 * it for that driver, a reload for all that were there then: libvirt looks for
 * hooks before it calls the reload's (seen with 9.0.0).
 *
 * @param hooks all hooks of the driver
 */
export function knowsHooks(
  daemon: Pick<LibvirtDaemon, "name" | "startedMs">,
  driver: Driver,
  hooks: readonly Hook[],
  log: string,
): boolean {
  const seen = isSeen(daemon, hooks);
  if (seen !== "no") return true;
  const first = Math.min(...hooks.filter(({ isRun }) => isRun).map(({ changedMs }) => changedMs));
  const since = Math.max(first, daemon.startedMs);
  return hasCalled(log, daemon.name, { driver, since }) ||
    hasCalled(log, daemon.name, { driver: "daemon", operation: "reload", since });
}

function hasCalled(
  log: string,
  daemon: string,
  wanted: { driver: string; operation?: string; since: number },
): boolean {
  for (const { caller } of newestRecords(log, wanted)) if (caller === daemon) return true;
  return false;
}
