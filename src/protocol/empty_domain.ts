import { escapeText } from "./xml/escape.ts";

/** `type` of the domains of each driver, as libvirt writes it. */
const TYPES: Readonly<Record<string, string>> = { qemu: "kvm", lxc: "lxc", libxl: "xen", bhyve: "bhyve" };

/** The minimal description of a domain, for one whose XML no longer exists. */
export function emptyDomain(
  driver: string,
  { name, uuid }: { name: string; uuid: string },
): string {
  const type = TYPES[driver] ?? driver;
  return `<domain type='${type}'>\n  <name>${escapeText(name)}</name>\n  <uuid>${uuid}</uuid>\n</domain>\n`;
}
