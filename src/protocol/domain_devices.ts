import type {
  Disk,
  DiskSource,
  Filesystem,
  Graphics,
  Hostdev,
  Interface,
  InterfaceSource,
  UsbDevice,
} from "../../handlers/handler.d.ts";
import { allAttributes } from "./model_list.ts";
import { pciAddress } from "./pci_address.ts";
import type { XmlElement } from "./xml/document.ts";
import {
  child,
  childAttribute,
  children,
  childText,
  compact,
  decimal,
  flag,
  integer,
  pick,
} from "./xml/read.ts";

/** `<disk>`. */
export function disk(element: XmlElement): Disk {
  const source = diskSource(child(element, "source"));
  const target = child(element, "target");
  return compact<Disk>({
    type: element.attribute("type") ?? "file",
    device: element.attribute("device") ?? "disk",
    source,
    path: source?.file ?? source?.dev ?? source?.dir,
    target: compact({ dev: target?.attribute("dev") ?? "", bus: target?.attribute("bus") }),
    driver: pick(child(element, "driver"), ["name", "type", "cache", "io", "discard"]),
    readonly: child(element, "readonly") !== undefined,
    shareable: child(element, "shareable") !== undefined,
    serial: childText(element, "serial"),
    bootOrder: integer(childAttribute(element, "boot", "order")),
    alias: childAttribute(element, "alias", "name"),
  });
}

function diskSource(element: XmlElement | undefined): DiskSource | undefined {
  if (element === undefined) return undefined;
  // Of all sources only an NVMe disk's is of type pci; its address tells no type of its own.
  const isPci = element.attribute("type") === "pci";
  const source = compact<DiskSource>({
    ...allAttributes(element),
    hosts: hostsOf(element),
    pci: isPci ? pciAddress(child(element, "address")) : undefined,
  });
  return Object.keys(source).length > 0 ? source : undefined;
}

/** `<host>`, as storage on the network has them; undefined if it has none. */
function hostsOf(source: XmlElement | undefined): DiskSource["hosts"] {
  const hosts = children(source, "host")
    .map((host) => pick(host, ["name", "port", "transport", "socket"]) ?? {});
  return hosts.length > 0 ? hosts : undefined;
}

/** `<interface>`. */
export function networkInterface(element: XmlElement): Interface {
  const type = element.attribute("type") ?? "";
  const source = child(element, "source");
  const address = type === "hostdev" ? child(source, "address") : undefined;
  const target = child(element, "target");
  const virtualport = child(element, "virtualport");
  return compact<Interface>({
    type,
    mac: childAttribute(element, "mac", "address"),
    source: interfaceSource(source),
    target: target === undefined
      ? undefined
      : compact({ dev: target.attribute("dev"), managed: flag(target.attribute("managed")) }),
    model: childAttribute(element, "model", "type"),
    mtu: integer(childAttribute(element, "mtu", "size")),
    linkState: childAttribute(element, "link", "state"),
    virtualport: virtualport === undefined ? undefined : compact({
      type: virtualport.attribute("type"),
      parameters: allAttributes(child(virtualport, "parameters")) ?? {},
    }),
    vlans: vlanTags(element),
    filter: childAttribute(element, "filterref", "filter"),
    bootOrder: integer(childAttribute(element, "boot", "order")),
    pci: (address?.attribute("type") ?? "pci") === "pci" ? pciAddress(address) : undefined,
    usb: address?.attribute("type") === "usb" ? usbDevice(source) : undefined,
    managed: type === "hostdev" ? flag(element.attribute("managed")) ?? false : undefined,
    alias: childAttribute(element, "alias", "name"),
  });
}

function interfaceSource(element: XmlElement | undefined): InterfaceSource | undefined {
  const source = compact<InterfaceSource>({
    ...allAttributes(element),
    local: pick(child(element, "local"), ["address", "port"]),
  });
  return Object.keys(source).length > 0 ? source : undefined;
}

/** The ids of `<vlan><tag>`, in order. */
export function vlanTags(element: XmlElement): number[] {
  return children(child(element, "vlan"), "tag")
    .map((tag) => integer(tag.attribute("id"))).filter((id) => id !== undefined);
}

/** `<hostdev>`. */
export function hostdev(element: XmlElement): Hostdev {
  const mode = element.attribute("mode") ?? "subsystem";
  const type = element.attribute("type") ?? "";
  const source = child(element, "source");
  const address = child(source, "address");
  return compact<Hostdev>({
    mode,
    type,
    managed: flag(element.attribute("managed")) ?? false,
    source: allAttributes(source),
    pci: type === "pci" ? pciAddress(address) : undefined,
    usb: type === "usb" ? usbDevice(source) : undefined,
    mdev: type === "mdev"
      ? compact({ uuid: address?.attribute("uuid"), model: element.attribute("model") })
      : undefined,
    scsi: type !== "scsi" ? undefined : compact({
      adapter: childAttribute(source, "adapter", "name"),
      bus: decimal(address?.attribute("bus")),
      target: decimal(address?.attribute("target")),
      unit: decimal(address?.attribute("unit")),
      protocol: source?.attribute("protocol"),
      name: source?.attribute("name"),
      hosts: hostsOf(source),
    }),
    scsiHost: type !== "scsi_host" ? undefined : compact({
      protocol: source?.attribute("protocol"),
      wwpn: source?.attribute("wwpn"),
    }),
    capability: mode === "capabilities"
      ? childText(source, "block") ?? childText(source, "char") ?? childText(source, "interface")
      : undefined,
    driver: childAttribute(element, "driver", "name"),
    iommufd: flag(childAttribute(element, "driver", "iommufd")),
    alias: childAttribute(element, "alias", "name"),
  });
}

function usbDevice(source: XmlElement | undefined): UsbDevice {
  const address = child(source, "address");
  return compact({
    vendor: childAttribute(source, "vendor", "id"),
    product: childAttribute(source, "product", "id"),
    bus: integer(address?.attribute("bus")),
    device: integer(address?.attribute("device")),
  });
}

/** `<filesystem>`. */
export function filesystem(element: XmlElement): Filesystem {
  return compact<Filesystem>({
    type: element.attribute("type") ?? "mount",
    accessmode: element.attribute("accessmode"),
    driver: childAttribute(element, "driver", "type"),
    source: allAttributes(child(element, "source")) ?? {},
    target: childAttribute(element, "target", "dir") ?? "",
    readonly: child(element, "readonly") !== undefined,
    alias: childAttribute(element, "alias", "name"),
  });
}

/** `<graphics>`, without its password. */
export function graphics(element: XmlElement): Graphics {
  const listens = children(element, "listen");
  const listen = (type: string, attribute: string) =>
    listens.find((l) => l.attribute("type") === type)?.attribute(attribute);
  return compact<Graphics>({
    type: element.attribute("type") ?? "",
    port: decimal(element.attribute("port")),
    tlsPort: decimal(element.attribute("tlsPort")),
    websocket: decimal(element.attribute("websocket")),
    autoport: flag(element.attribute("autoport")) ?? false,
    listen: element.attribute("listen") ?? listen("address", "address"),
    socket: element.attribute("socket") ?? listen("socket", "socket"),
  });
}
