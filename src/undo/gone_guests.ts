import { isThere } from "../system/file.ts";
import { type Guest, guestWord, type HeldChange, listHeldChanges } from "./held_changes.ts";
import type { Journal } from "./journal.ts";
import { guestsWithState } from "./state.ts";
import type { Deadline } from "../base/deadline.ts";
import { readText } from "../system/read_text.ts";

const LIMIT = 1024 * 1024;
/** How old what a guest holds has to be before somebody who is not known to be its daemon may say it is gone, in milliseconds. */
const SETTLED_MS = 60_000;

/** Which drivers a daemon of libvirt's is for; libvirtd is for all. */
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
 * libvirt is not asked: it may be the one that waits for this. A daemon that
 * starts has started no guest yet, so what its guests hold was made before,
 * and whose process is gone is gone. Anybody else (an admin, a daemon that is
 * not known) may come in the middle of a guest's start: then only what is a
 * minute old counts, and only when the hook process that made it has ended.
 *
 * @param run libvirt's directory for what runs: `/run/libvirt`
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
    // What is only kept says nothing of when it was kept.
    const isOld = own.length > 0 && own.every(isSettled);
    return (drivers !== undefined || isOld) && !isRunning(guest, run);
  }).map(({ driver, name }) => ({ driver, name }));
}

/** Whether a daemon's start says anything about guests: virtproxyd and the like have none. */
export function hasGuests(daemon: string | undefined): boolean {
  return daemon === undefined || !/^virt[a-z]+d$/.test(daemon) || Object.hasOwn(DRIVERS, daemon);
}

function isSettled({ since, maker }: HeldChange): boolean {
  return Date.now() - since > SETTLED_MS && !isThere(`/proc/${maker}`);
}

/**
 * Whether a guest runs, by what libvirt leaves in its run directory and by the
 * process itself. In doubt it does.
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

/** libvirt's status file outlives the daemon, and a reboot not; the bridge is the network itself. */
function isNetworkThere(file: string): boolean {
  const xml = readText(file, LIMIT);
  if (xml === undefined) return isThere(file);
  const bridge = /<bridge\s[^>]*?name=(["'])([^"'/<>&]+)\1/.exec(xml)?.[2];
  return bridge === undefined || isThere(`/sys/class/net/${bridge}`);
}
