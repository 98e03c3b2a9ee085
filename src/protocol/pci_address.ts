import type { XmlElement } from "./xml/document.ts";
import { integer } from "./xml/read.ts";

/** The address of a PCI device on the host or in a guest. */
export interface PciAddress {
  domain: number;
  bus: number;
  slot: number;
  function: number;
}

/** As sysfs names devices: `0000:01:00.0`. */
export function formatPciAddress({ domain, bus, slot, function: fn }: PciAddress): string {
  const hex = (value: number, width: number) => value.toString(16).padStart(width, "0");
  return `${hex(domain, 4)}:${hex(bus, 2)}:${hex(slot, 2)}.${fn}`;
}

/**
 * The address in an `<address domain= bus= slot= function=>`, in sysfs's form.
 * A missing number is 0, as in libvirt (src/conf/device_conf.c). Undefined if a
 * number is out of range, or all are missing.
 */
export function pciAddress(element: XmlElement | undefined): string | undefined {
  if (element === undefined) return undefined;
  const part = (name: string, max: number): number | undefined => {
    const text = element.attribute(name);
    const value = text === undefined ? 0 : integer(text);
    return value !== undefined && value >= 0 && value <= max ? value : undefined;
  };
  const domain = part("domain", 0xffffffff);
  const bus = part("bus", 0xff);
  const slot = part("slot", 0x1f);
  const fn = part("function", 7);
  if (domain === undefined || bus === undefined || slot === undefined || fn === undefined) return undefined;
  if (!["domain", "bus", "slot", "function"].some((name) => element.attribute(name) !== undefined)) {
    return undefined;
  }
  return formatPciAddress({ domain, bus, slot, function: fn });
}
