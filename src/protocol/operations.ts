/** libvirt's hook drivers: one script or link each in the hooks directory. Source: libvirt src/util/virhook.c. */
export const DRIVERS = ["daemon", "qemu", "lxc", "libxl", "network", "bhyve"] as const;
export type Driver = (typeof DRIVERS)[number];

/** What a failed handler does to an operation: `abort` makes libvirt give it up, `ignore` lets it go on. */
export type OnFailure = "abort" | "ignore";

/** What is known of one operation of one driver. */
export interface Operation {
  driver: Driver;
  /** libvirt's word for it, the hook's second argument. */
  name: string;
  /** libvirt's sub-operation, the hook's third argument. */
  subOperation: "begin" | "end" | "-";
  /** How long the whole hook call may take unless `config.yaml` says otherwise, in milliseconds. */
  timeoutMs: number;
  /** What the failure of a handler does unless somebody says otherwise. */
  onFailure: OnFailure;
  /** Whether `onFailure` may be set to `abort`: false where a hook's failure does only harm, or nothing. */
  mayAbort: boolean;
  /** Handlers run in reverse order: what was put up last comes down first. */
  teardown: boolean;
  /** libvirt takes what the hook prints as the domain's new XML. */
  returnsXml: boolean;
}

type Row = [
  drivers: string,
  name: string,
  sub: Operation["subOperation"],
  fate: "abort" | "ignore" | "always ignore",
];

// From libvirt's docs/hooks.rst, src/util/virhook.c and runs against real
// daemons; the fates and why they are so stand in docs/operations.md.
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

const TEARDOWN = new Set(["stopped", "release", "port-deleted", "shutdown"]);
const RETURNS_XML = new Set(["migrate", "restore"]);
const LONG = new Set(["prepare", "release"]);

/** Every operation libvirt is known to call a hook for. */
export const OPERATIONS: readonly Operation[] = ROWS.flatMap(([drivers, name, subOperation, fate]) =>
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

/** What older libvirt called the same thing (`network plugged` is `network port-created`). */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({ plugged: "port-created", unplugged: "port-deleted" }),
);

/** Today's name of a network operation; any other word comes back as it is. */
export function currentName(driver: string, operation: string): string {
  return driver === "network" ? ALIASES.get(operation) ?? operation : operation;
}

/** The operation of that driver, under its own name or an older libvirt's, or undefined where it is unknown. */
export function findOperation(driver: string, operation: string): Operation | undefined {
  const name = currentName(driver, operation);
  return OPERATIONS.find((o) => o.driver === driver && o.name === name);
}

export function isDriver(word: string): word is Driver {
  return (DRIVERS as readonly string[]).includes(word);
}
