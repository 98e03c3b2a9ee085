import { flag, type Invocation } from "./command.ts";
import { hooksFor } from "./hook_links.ts";
import type { Places } from "./places.ts";
import { knowsHooks } from "./knows_hooks.ts";
import type { LinkStep } from "./link_steps.ts";
import type { Driver } from "../protocol/operations.ts";
import { newestRecords } from "../records/history.ts";
import { hasHandlers } from "../system/has_handlers.ts";
import { pause } from "../system/pause.ts";
import { askToReload } from "../system/processes.ts";

/**
 * How long to wait for the record of a reload, in milliseconds: longer than the 5 s that the daemon's hook
 * may take.
 */
const RELOAD_WAIT_MS = 12_000;

/** A daemon that does not yet know that a driver has a hook. */
export interface Reload {
  daemon: string;
  pid: number;
  drivers: Driver[];
}

/**
 * The running daemons that must look for hooks again. With `--existing` that is each daemon whose drivers
 * have a link: a daemon ignores a link that led nowhere when it looked, and how long the program was gone is
 * unknown.
 */
export function needReload(
  invocation: Invocation,
  places: Places,
  drivers: readonly Driver[],
  steps: readonly LinkStep[],
): Reload[] {
  return places.daemons.flatMap((daemon) => {
    const unseen = drivers.filter((driver) => {
      if (!daemon.drivers.includes(driver)) return false;
      if (flag(invocation, "existing")) return true;
      const hooks = hooksFor(places.hooks, driver, places.program);
      // In a dry run the link does not exist yet, but counts.
      const isNew = steps.some((step) =>
        step.driver === driver && (step.did === "made" || step.did === "moved")
      );
      if (hooks.some(({ isRun }) => isRun)) {
        return !knowsHooks(daemon, driver, hooks, invocation.directories.log);
      }
      return isNew;
    });
    return unseen.length === 0 ? [] : [{ daemon: daemon.name, pid: daemon.pid, drivers: unseen }];
  });
}

/** A daemon that got the signal to reload. */
export interface Reloaded extends Reload {
  /**
   * Whether it then called the hook; undefined where no such call comes, because the driver daemon has no link, or
   * leaves no record, because no handler exists.
   */
  seen: boolean | undefined;
}

/** Asks each daemon to reload, and waits for the call by which it shows that it sees the hooks. */
export async function reload(
  { directories }: Invocation,
  { hooks, program }: Places,
  reloads: readonly Reload[],
): Promise<Reloaded[]> {
  const since = Date.now();
  const asked = reloads.filter(({ pid }) => askToReload(pid));
  const isCalled = hooksFor(hooks, "daemon", program).some(({ isOurs, isCopy, isRun }) =>
    (isOurs && isRun) || isCopy
  );
  if (!isCalled || !hasHandlers(directories.config)) {
    return asked.map((one) => ({ ...one, seen: undefined }));
  }
  const seen = (daemon: string) => {
    for (const { caller } of newestRecords(directories.log, { driver: "daemon", since })) {
      if (caller === daemon) return true;
    }
    return false;
  };
  const until = since + RELOAD_WAIT_MS;
  while (Date.now() < until && !asked.every(({ daemon }) => seen(daemon))) await pause(50);
  return asked.map((one) => ({ ...one, seen: seen(one.daemon) }));
}

/** The result, in one line. */
export function reloaded({ daemon, pid, seen }: Reloaded): string {
  if (seen === undefined) return `${daemon} (pid ${pid}) was asked to reload\n`;
  return seen
    ? `${daemon} (pid ${pid}) was reloaded and has called the hook\n`
    : `${daemon} (pid ${pid}) was asked to reload, but has not called the hook; "hookvisor doctor" shows why\n`;
}
