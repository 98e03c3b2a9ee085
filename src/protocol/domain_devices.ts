import type {
  Disk,
  DiskSource,
  Filesystem,
  Graphics,
  Hostdev,
  Interface,
  InterfaceSource,
} from "../../handlers/handler.d.ts";
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

const DISK_SOURCE = [
  "file",
  "dev",
  "dir",
  "protocol",
  "name",
  "pool",
  "volume",
  "namespace",
  "path",
  "startupPolicy",
] as const;
const INTERFACE_SOURCE = ["network", "portgroup", "portid", "bridge", "dev", "mode", "path", "type"] as const;

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
  const hosts = children(element, "host")
    .map((host) => pick(host, ["name", "port", "transport", "socket"]) ?? {});
  const address = child(element, "address");
  const source: DiskSource = compact<DiskSource>({
    ...pick(element, DISK_SOURCE),
    hosts: hosts.length > 0 ? hosts : undefined,
    pci: address?.attribute("type") === "pci" ? pciAddress(address) : undefined,
  });
  return Object.keys(source).length > 0 ? source : undefined;
}

/** `<interface>`. */
export function networkInterface(element: XmlElement): Interface {
  const type = element.attribute("type") ?? "";
  const source: InterfaceSource | undefined = pick(child(element, "source"), INTERFACE_SOURCE);
  const target = child(element, "target");
  const virtualport = child(element, "virtualport");
  return compact<Interface>({
    type,
    mac: childAttribute(element, "mac", "address"),
    source,
    target: target === undefined
      ? undefined
      : compact({ dev: target.attribute("dev"), managed: flag(target.attribute("managed")) }),
    model: childAttribute(element, "model", "type"),
    mtu: integer(childAttribute(element, "mtu", "size")),
    linkState: childAttribute(element, "link", "state"),
    virtualport: virtualport === undefined ? undefined : compact({
      type: virtualport.attribute("type"),
      parameters: Object.fromEntries(
        child(virtualport, "parameters")?.attributes().map(({ name, value }) => [name, value]) ?? [],
      ),
    }),
    vlans: vlanTags(element),
    filter: childAttribute(element, "filterref", "filter"),
    bootOrder: integer(childAttribute(element, "boot", "order")),
    pci: type === "hostdev" ? pciAddress(child(child(element, "source"), "address")) : undefined,
    managed: type === "hostdev" ? flag(element.attribute("managed")) ?? false : undefined,
    alias: childAttribute(element, "alias", "name"),
  });
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
    pci: type === "pci" ? pciAddress(address) : undefined,
    usb: type !== "usb" ? undefined : compact({
      vendor: childAttribute(source, "vendor", "id"),
      product: childAttribute(source, "product", "id"),
      bus: integer(address?.attribute("bus")),
      device: integer(address?.attribute("device")),
    }),
    mdev: type === "mdev"
      ? compact({ uuid: address?.attribute("uuid"), model: element.attribute("model") })
      : undefined,
    scsi: type !== "scsi" ? undefined : compact({
      adapter: childAttribute(source, "adapter", "name"),
      bus: decimal(address?.attribute("bus")),
      target: decimal(address?.attribute("target")),
      unit: decimal(address?.attribute("unit")),
    }),
    capability: mode === "capabilities"
      ? childText(source, "block") ?? childText(source, "char") ?? childText(source, "interface")
      : undefined,
    driver: childAttribute(element, "driver", "name"),
    alias: childAttribute(element, "alias", "name"),
  });
}

/** `<filesystem>`. */
export function filesystem(element: XmlElement): Filesystem {
  return compact<Filesystem>({
    type: element.attribute("type") ?? "mount",
    accessmode: element.attribute("accessmode"),
    driver: childAttribute(element, "driver", "type"),
    source: Object.fromEntries(
      child(element, "source")?.attributes().map(({ name, value }) => [name, value]) ?? [],
    ),
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
