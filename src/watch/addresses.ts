import type { DriverAddress } from "./driver_link.ts";

/**
 * The scheme of each driver's URIs, and its own daemon (libvirt's docs/daemons.rst); the older, single
 * libvirtd serves all.
 */
const DRIVERS: Readonly<Record<string, { scheme: string; daemon: string }>> = {
  qemu: { scheme: "qemu", daemon: "virtqemud" },
  lxc: { scheme: "lxc", daemon: "virtlxcd" },
  libxl: { scheme: "xen", daemon: "virtxend" },
};

/**
 * The address of a driver: the host's for root, the user's own for a user; undefined where none exists.
 *
 * @param run the directory of the daemons' sockets
 */
export function addressOf(driver: string, run: string, isRoot: boolean): DriverAddress | undefined {
  const known = DRIVERS[driver];
  if (known === undefined) return undefined;
  const { scheme, daemon } = known;
  if (isRoot) {
    const sockets = [`${run}/${daemon}-sock-ro`, `${run}/libvirt-sock-ro`];
    return { driver, uri: `${scheme}:///system`, sockets };
  }
  // A user's daemon has no read-only socket, and only QEMU serves users.
  if (driver !== "qemu") return undefined;
  return { driver, uri: "qemu:///session", sockets: [`${run}/${daemon}-sock`, `${run}/libvirt-sock`] };
}
