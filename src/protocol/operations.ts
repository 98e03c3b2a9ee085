/**
 * libvirt's hook drivers: one script or link for each in the hooks directory. Source: libvirt
 * src/util/virhook.c.
 */
export const DRIVERS = ["daemon", "qemu", "lxc", "libxl", "network", "bhyve"] as const;
export type Driver = (typeof DRIVERS)[number];

/** What a failed handler does to an operation: `abort` makes libvirt abort it, `ignore` lets it continue. */
export type OnFailure = "abort" | "ignore";

/**
 * The sub-operation of a call that `hookvisor watch` makes for an event: not one of libvirt's own, so that no
 * hook of a newer libvirt is mistaken for one.
 */
export const EVENT = "event";

/** The known properties of one operation of one driver. */
export interface Operation {
  driver: Driver;
  /** libvirt's word for it, the hook's second argument. */
  name: string;
  /** libvirt's sub-operation, the hook's third argument. */
  subOperation: "begin" | "end" | "-" | typeof EVENT;
  /** How long the whole hook call may take unless `config.yaml` says otherwise, in milliseconds. */
  timeoutMs: number;
  /** What a handler's failure does by default. */
  onFailure: OnFailure;
  /** Whether `onFailure` may be set to `abort`: false where a hook's failure does only harm, or nothing. */
  mayAbort: boolean;
  /** Handlers run in reverse order: what was set up last is taken down first. */
  teardown: boolean;
  /** libvirt takes what the hook prints as the domain's new XML. */
  returnsXml: boolean;
  /** Not a hook's operation but an event, which `hookvisor watch` brings (docs/watch.md); absent for a hook's. */
  event?: GuestEvent;
}

/** Where an event comes from. */
export interface GuestEvent {
  /** `virDomainEventID` */
  number: number;
  /** The first libvirt that has it. */
  since: string;
}

type Row = [
  drivers: string,
  name: string,
  sub: Operation["subOperation"],
  fate: "abort" | "ignore" | "always ignore",
];

// From libvirt's docs/hooks.rst, src/util/virhook.c and runs against real
// daemons; docs/operations.md explains the verdicts and the reasons for them.
const ROWS: Row[] = [
  ["daemon", "start", "-", "always ignore"],
  ["daemon", "shutdown", "-", "always ignore"],
  ["daemon", "reload", "begin", "always ignore"],
  ["qemu lxc libxl bhyve", "prepare", "begin", "abort"],
  ["qemu lxc libxl bhyve", "start", "begin", "abort"],
  ["qemu lxc libxl bhyve", "started", "begin", "ignore"],
  ["qemu lxc libxl bhyve", "stopped", "end", "always ignore"],
  ["qemu lxc libxl bhyve", "release", "end", "always ignore"],
  ["qemu libxl", "migrate", "begin", "abort"],
  ["qemu", "restore", "begin", "ignore"],
  ["qemu lxc libxl", "reconnect", "begin", "always ignore"],
  ["qemu", "attach", "begin", "always ignore"],
  ["network", "start", "begin", "abort"],
  ["network", "started", "begin", "ignore"],
  ["network", "stopped", "end", "always ignore"],
  ["network", "updated", "begin", "ignore"],
  ["network", "port-created", "begin", "abort"],
  ["network", "port-deleted", "begin", "always ignore"],
];

// Events, by virDomainEventID, since which libvirt (include/libvirt/libvirt-domain.h), and the drivers that
// have them (src/qemu, src/lxc, src/libxl): docs/watch.md describes each.
const EVENT_ROWS: [drivers: string, name: string, number: number, since: string][] = [
  ["qemu libxl", "crashed", 0, "1.1.1"],
  ["qemu lxc", "rebooted", 1, "0.8.0"],
  ["qemu", "watchdog", 3, "0.8.0"],
  ["qemu", "io-error", 6, "0.8.1"],
  ["qemu lxc libxl", "paused", 0, "0.8.0"],
  ["qemu lxc libxl", "resumed", 0, "0.8.0"],
  ["qemu libxl", "pm-suspended", 0, "0.10.2"],
  ["qemu libxl", "pm-woken", 0, "0.9.11"],
  ["qemu", "shutdown-requested", 0, "0.9.8"],
  ["qemu", "agent-connected", 18, "1.2.11"],
  ["qemu", "agent-disconnected", 18, "1.2.11"],
  ["qemu", "device-added", 19, "1.2.15"],
  ["qemu", "device-removed", 15, "1.1.1"],
  ["qemu", "device-removal-failed", 22, "1.3.4"],
  ["qemu", "block-threshold", 24, "3.2.0"],
  ["qemu", "block-job", 16, "1.2.6"],
  ["qemu", "job-completed", 21, "1.3.3"],
  ["qemu", "memory-failure", 25, "6.9.0"],
  ["qemu", "disk-changed", 9, "0.9.7"],
  ["qemu", "tray", 10, "0.9.11"],
  ["qemu", "balloon", 13, "0.10.0"],
];
/** Only the guest's next event waits for an event's handlers. */
const EVENT_TIMEOUT_MS = 60_000;
/** Events so frequent that only a handler which names them gets them: no `*` includes them. */
const ONLY_BY_NAME = new Set(["balloon"]);

const TEARDOWN = new Set(["stopped", "release", "port-deleted", "shutdown"]);
const RETURNS_XML = new Set(["migrate", "restore"]);
const LONG = new Set(["prepare", "release"]);

/** Every operation for which libvirt is known to call a hook. */
const HOOK_OPERATIONS: readonly Operation[] = ROWS.flatMap(([drivers, name, subOperation, fate]) =>
  drivers.split(" ").map((driver) => ({
    driver: driver as Driver,
    name,
    subOperation,
    timeoutMs: driver === "daemon" ? 5_000 : LONG.has(name) ? 30_000 : 10_000,
    onFailure: fate === "abort" ? "abort" as const : "ignore" as const,
    mayAbort: fate !== "always ignore",
    teardown: TEARDOWN.has(name),
    returnsXml: RETURNS_XML.has(name),
  }))
);

const EVENT_OPERATIONS: readonly Operation[] = EVENT_ROWS.flatMap(([drivers, name, number, since]) =>
  drivers.split(" ").map((driver) => ({
    driver: driver as Driver,
    name,
    subOperation: EVENT,
    timeoutMs: EVENT_TIMEOUT_MS,
    onFailure: "ignore" as const,
    mayAbort: false,
    teardown: false,
    returnsXml: false,
    event: { number, since },
  }))
);

/** Every operation: those that libvirt is known to call a hook for, and the events. */
export const OPERATIONS: readonly Operation[] = [...HOOK_OPERATIONS, ...EVENT_OPERATIONS];

/** Whether a `*` in the place of the operation includes it. */
export function isInGlobs(name: string): boolean {
  return !ONLY_BY_NAME.has(name);
}

/** What older libvirt called the same thing (`network plugged` is `network port-created`). */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({ plugged: "port-created", unplugged: "port-deleted" }),
);

/** Today's name of a network operation; any other word is returned unchanged. */
export function currentName(driver: string, operation: string): string {
  return driver === "network" ? ALIASES.get(operation) ?? operation : operation;
}

/** The operation of that driver, under its own name or an older libvirt's, or undefined if it is unknown. */
export function findOperation(driver: string, operation: string): Operation | undefined {
  const name = currentName(driver, operation);
  return OPERATIONS.find((o) => o.driver === driver && o.name === name);
}

export function isDriver(word: string): word is Driver {
  return (DRIVERS as readonly string[]).includes(word);
}
