import { hostdev, networkInterface } from "./domain_devices.ts";
import { listOf } from "./model_list.ts";
import { pciAddress } from "./pci_address.ts";
import type { XmlElement } from "./xml/document.ts";
import { child } from "./xml/read.ts";

/**
 * Every PCI device of the host that a domain gets, once each: `<hostdev>`,
 * `<interface type='hostdev'>`, and the NVMe controllers of its disks and of
 * what these are laid over (libvirt detaches them too: virStorageSourceChainHasNVMe).
 */
export function hostPciAddresses(root: XmlElement): string[] {
  const devices = child(root, "devices");
  const addresses = [
    ...listOf(devices, "hostdev", hostdev).map(({ pci }) => pci),
    ...listOf(devices, "interface", networkInterface).map(({ pci }) => pci),
    ...listOf(devices, "disk", (element) => nvmeControllers(element)).flat(),
  ];
  return [...new Set(addresses.filter((address) => address !== undefined))];
}

/** Whether a domain gets a device of the host: one of those, or any other `<hostdev>`. */
export function hasHostDevice(root: XmlElement): boolean {
  for (const device of child(root, "devices")?.children() ?? []) {
    const { name } = device;
    if (name === "hostdev" || (name === "interface" && device.attribute("type") === "hostdev")) return true;
    if (name === "disk" && nvmeControllers(device).length > 0) return true;
  }
  return false;
}

/** The NVMe controllers behind a `<disk>`: its own, its backing files', its mirror's and their data files'. */
export function nvmeControllers(layer: XmlElement): string[] {
  const found: string[] = [];
  const source = child(layer, "source");
  const own = source?.attribute("type") === "pci" ? pciAddress(child(source, "address")) : undefined;
  if (own !== undefined) found.push(own);
  for (const inner of [child(layer, "backingStore"), child(layer, "mirror"), child(source, "dataStore")]) {
    if (inner !== undefined) found.push(...nvmeControllers(inner));
  }
  return found;
}
