import type { DomainData, NetworkData, NetworkIp, NetworkPortData } from "../../handlers/handler.d.ts";
import { domainModel } from "./domain.ts";
import { vlanTags } from "./domain_devices.ts";
import { networkPortModel, portOfOlderLibvirt } from "./network_port.ts";
import { pciAddress } from "./pci_address.ts";
import type { XmlElement } from "./xml/document.ts";
import { metadataNamespaces } from "./xml/element_data.ts";
import { child, childAttribute, children, childText, compact, decimal, pick } from "./xml/read.ts";

/** Where the parts of a network hook's data are, each absent when it was not sent. */
export interface HookDataElements {
  network?: XmlElement;
  /** `<networkport>`: libvirt 5.5.0 and later. */
  port?: XmlElement;
  /** `<domain>`: before 5.5.0. */
  domain?: XmlElement;
  /** `<interface>` beside them: before 5.5.0. */
  interface?: XmlElement;
}

/** What handlers see of a network hook's data. */
export interface HookData {
  network?: NetworkData;
  port?: NetworkPortData;
  domain?: DomainData;
}

/** The parts of `<hookData>`; a bare `<network>` is taken too. */
export function hookDataElements(root: XmlElement): HookDataElements {
  if (root.name === "network") return { network: root };
  return compact<HookDataElements>({
    network: child(root, "network"),
    port: child(root, "networkport"),
    domain: child(root, "domain"),
    interface: child(root, "interface"),
  });
}

/**
 * A network hook's data in both forms: `<network>` with `<networkport>` as
 * libvirt sends it now, and with `<domain>` as it did before 5.5.0, where the
 * port is what the domain's interface tells of it.
 */
export function hookDataModel(root: XmlElement): HookData {
  const parts = hookDataElements(root);
  const network = parts.network === undefined ? undefined : networkModel(parts.network);
  const domain = parts.domain === undefined ? undefined : domainModel(parts.domain);
  const port = parts.port === undefined
    ? portOfOlderLibvirt(network?.name ?? "", domain, parts.interface)
    : networkPortModel(parts.port);
  return compact<HookData>({ network, port, domain });
}

/** What handlers see of a `<network>`; handlers/handler.d.ts says where each field comes from. */
export function networkModel(root: XmlElement): NetworkData {
  const bridge = child(root, "bridge");
  return compact<NetworkData>({
    name: childText(root, "name") ?? "",
    uuid: childText(root, "uuid")?.trim() ?? "",
    bridge: bridge?.attribute("name"),
    forward: forward(child(root, "forward")),
    ips: children(root, "ip").map(networkIp),
    portgroups: children(root, "portgroup").map((group) => ({
      name: group.attribute("name") ?? "",
      default: group.attribute("default") === "yes",
    })),
    domainName: childAttribute(root, "domain", "name"),
    mac: childAttribute(root, "mac", "address"),
    mtu: decimal(childAttribute(root, "mtu", "size")),
    connections: decimal(root.attribute("connections")),
    virtualport: childAttribute(root, "virtualport", "type"),
    zone: bridge?.attribute("zone"),
    vlans: vlanTags(root),
    metadataNamespaces: metadataNamespaces(root),
  });
}

function forward(element: XmlElement | undefined): NetworkData["forward"] {
  if (element === undefined) return undefined;
  return compact({
    mode: element.attribute("mode") ?? "nat",
    dev: element.attribute("dev"),
    interfaces: children(element, "interface").map((i) => i.attribute("dev")).filter((dev) =>
      dev !== undefined
    ),
    pci: children(element, "address").map(pciAddress).filter((address) => address !== undefined),
  });
}

function networkIp(element: XmlElement): NetworkIp {
  const dhcp = child(element, "dhcp");
  const netmask = element.attribute("netmask");
  return compact<NetworkIp>({
    address: element.attribute("address"),
    family: element.attribute("family") ?? "ipv4",
    netmask,
    prefix: decimal(element.attribute("prefix")) ?? prefixLength(netmask),
    dhcpRanges: children(dhcp, "range").map((range) => ({
      start: range.attribute("start") ?? "",
      end: range.attribute("end") ?? "",
    })),
    dhcpHosts: children(dhcp, "host").map((host) => pick(host, ["mac", "name", "ip", "id"]) ?? {}),
  });
}

/** The prefix that an IPv4 netmask amounts to: 24 for `255.255.255.0`. */
function prefixLength(netmask: string | undefined): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(netmask ?? "");
  if (match === null) return undefined;
  const bits = match.slice(1).map((part) => Number(part).toString(2).padStart(8, "0")).join("");
  const ones = /^(1*)0*$/.exec(bits);
  return bits.length === 32 && ones !== null ? ones[1]!.length : undefined;
}
