import type { DriverAddress } from "./driver_link.ts";

/** The scheme of each driver's URIs, and of its own daemon (libvirt's docs/daemons.rst); the one daemon of before has them all. */
const DRIVERS: Readonly<Record<string, { scheme: string; daemon: string }>> = {
  qemu: { scheme: "qemu", daemon: "virtqemud" },
  lxc: { scheme: "lxc", daemon: "virtlxcd" },
  libxl: { scheme: "xen", daemon: "virtxend" },
};

/**
 * Where a driver is reached: of the host for root, of their own for a user; undefined where there is none.
 *
 * @param run where the daemons' sockets are
 */
export function addressOf(driver: string, run: string, isRoot: boolean): DriverAddress | undefined {
  const known = DRIVERS[driver];
  if (known === undefined) return undefined;
  const { scheme, daemon } = known;
  if (isRoot) {
    const sockets = [`${run}/${daemon}-sock-ro`, `${run}/libvirt-sock-ro`];
    return { driver, uri: `${scheme}:///system`, sockets };
  }
  // A user's daemon has no read-only socket, and only QEMU is for users.
  if (driver !== "qemu") return undefined;
  return { driver, uri: "qemu:///session", sockets: [`${run}/${daemon}-sock`, `${run}/libvirt-sock`] };
}
