import { isThere } from "../system/file.ts";
import { type Guest, guestWord, type HeldChange, listHeldChanges } from "./held_changes.ts";
import type { Journal } from "./journal.ts";
import { guestsWithState } from "./state.ts";
import type { Deadline } from "../base/deadline.ts";
import { readText } from "../system/read_text.ts";

const LIMIT = 1024 * 1024;
/**
 * The age that a hold must have before a process that is not known to be the guest's daemon may declare the
 * guest gone, in milliseconds.
 */
const SETTLED_MS = 60_000;

/** The drivers that each of libvirt's daemons serves; libvirtd serves all. */
const DRIVERS: Readonly<Record<string, readonly string[]>> = {
  libvirtd: ["qemu", "lxc", "libxl", "bhyve", "network"],
  virtqemud: ["qemu"],
  virtlxcd: ["lxc"],
  virtxend: ["libxl"],
  virtbhyved: ["bhyve"],
  virtnetworkd: ["network"],
};

/**
 * The guests that hold something, or for which something is kept, and that no
 * longer run.
 *
 * hookvisor does not ask libvirt, which may be waiting for this very call. A daemon that starts has started
 * no guest yet, so its guests' holds are older, and a guest without a process has ended. Any other caller (an
 * admin, an unknown daemon) may come in the middle of a guest's start: then only holds older than a minute
 * count, and only when the hook process that made them has ended.
 *
 * @param run libvirt's run directory: `/run/libvirt`
 * @param daemon the daemon that is starting, by its process's name; undefined when another process asks
 */
export function goneGuests(
  journal: Journal,
  run: string,
  daemon: string | undefined,
  deadline: Deadline,
): Guest[] {
  const drivers = daemon === undefined ? undefined : DRIVERS[daemon];
  const holds = journal.transaction(deadline, (transaction) => listHeldChanges(transaction));
  const guests = new Map<string, Guest>();
  for (const guest of [...holds, ...guestsWithState(journal, deadline)]) guests.set(guestWord(guest), guest);
  return [...guests.values()].filter((guest) => {
    if (drivers !== undefined && !drivers.includes(guest.driver)) return false;
    const own = holds.filter((hold) => guestWord(hold) === guestWord(guest));
    // Kept values do not say when they were kept.
    const isOld = own.length > 0 && own.every(isSettled);
    return (drivers !== undefined || isOld) && !isRunning(guest, run);
  }).map(({ driver, name }) => ({ driver, name }));
}

/** Whether a daemon's start says anything about guests: virtproxyd and similar daemons have none. */
export function hasGuests(daemon: string | undefined): boolean {
  return daemon === undefined || !/^virt[a-z]+d$/.test(daemon) || Object.hasOwn(DRIVERS, daemon);
}

function isSettled({ since, maker }: HeldChange): boolean {
  return Date.now() - since > SETTLED_MS && !isThere(`/proc/${maker}`);
}

/**
 * Whether a guest runs, judged by the files in libvirt's run directory and by
 * the process itself. In doubt, it does.
 */
export function isRunning({ driver, name }: Guest, run: string): boolean {
  if (name.includes("/") || name.includes("\0")) return true;
  switch (driver) {
    case "qemu":
      return processMatches(`${run}/qemu/${name}.pid`, (words) => {
        // QEMU's own options are separated by commas, so a comma in a name is doubled.
        const word = `guest=${name.replaceAll(",", ",,")}`;
        return words.some((arg) =>
          arg === word || (arg.startsWith(`${word},`) && arg[word.length + 1] !== ",")
        );
      });
    case "lxc":
      return processMatches(`${run}/lxc/${name}.pid`, (words) => words[words.indexOf("--name") + 1] === name);
    case "network":
      return isNetworkThere(`${run}/network/${name}.xml`);
    case "libxl":
    case "bhyve":
      return isThere(`${run}/${driver}/${name}.xml`);
    default:
      return true;
  }
}

/** A pid alone says little: it may belong to another process by now. */
function processMatches(pidFile: string, matches: (words: string[]) => boolean): boolean {
  const pid = readText(pidFile, 64)?.trim();
  if (pid === undefined || !/^[1-9][0-9]*$/.test(pid)) return false;
  return matches((readText(`/proc/${pid}/cmdline`, LIMIT) ?? "").split("\0"));
}

/** libvirt's status file outlives the daemon, but not a reboot; the bridge is the network itself. */
function isNetworkThere(file: string): boolean {
  const xml = readText(file, LIMIT);
  if (xml === undefined) return isThere(file);
  const bridge = /<bridge\s[^>]*?name=(["'])([^"'/<>&]+)\1/.exec(xml)?.[2];
  return bridge === undefined || isThere(`/sys/class/net/${bridge}`);
}
