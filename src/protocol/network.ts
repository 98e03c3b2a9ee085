import type { NetworkData, NetworkIp, NetworkPortData } from "../../handlers/handler.d.ts";
import { type DomainModel, domainModel } from "./domain.ts";
import { vlanTags } from "./domain_devices.ts";
import { type FirstFields, firstFields, type LaterFields, type Readers, readFields } from "./fields.ts";
import { type HookDataElements, hookDataElements } from "./hook_data_elements.ts";
import { metadataNamespaces } from "./metadata_namespaces.ts";
import { listOf, textOf } from "./model_list.ts";
import { networkPortModel, portOfOlderLibvirt } from "./network_port.ts";
import { pciAddress } from "./pci_address.ts";
import type { XmlElement } from "./xml/document.ts";
import { child, childAttribute, compact, decimal, pick } from "./xml/read.ts";

/** What handlers see of a network hook's data. */
export interface HookData {
  network?: NetworkData;
  port?: NetworkPortData;
  domain?: DomainModel;
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
  return compact<HookData>({ network, port: portOf(parts), domain });
}

/** The port of a network hook's data, in either form; undefined if the call is not about one. */
export function portOf({ network, port, domain, interface: plugged }: HookDataElements) {
  if (port !== undefined) return networkPortModel(port);
  return portOfOlderLibvirt((network && textOf(network, "name")) ?? "", domain, plugged);
}

/** `<network>`. */
export const NETWORK_FIELDS: Readers<NetworkData> = {
  name: (root) => textOf(root, "name") ?? "",
  uuid: (root) => textOf(root, "uuid")?.trim() ?? "",
  bridge: (root) => childAttribute(root, "bridge", "name"),
  forward: (root) => forward(child(root, "forward")),
  ips: (root) => listOf(root, "ip", networkIp),
  portgroups: (root) =>
    listOf(root, "portgroup", (group) => ({
      name: group.attribute("name") ?? "",
      default: group.attribute("default") === "yes",
    })),
  domainName: (root) => childAttribute(root, "domain", "name"),
  mac: (root) => childAttribute(root, "mac", "address"),
  mtu: (root) => decimal(childAttribute(root, "mtu", "size")),
  connections: (root) => decimal(root.attribute("connections")),
  virtualport: (root) => childAttribute(root, "virtualport", "type"),
  zone: (root) => childAttribute(root, "bridge", "zone"),
  vlans: vlanTags,
  metadataNamespaces,
};

const LATER: LaterFields<NetworkData> = {
  forward: "if there",
  ips: "always there",
  portgroups: "always there",
  vlans: "always there",
  metadataNamespaces: "always there",
};

/** All that handlers see of a `<network>`; handlers/handler.d.ts says where each field comes from. */
export function networkModel(root: XmlElement): NetworkData {
  return readFields(root, NETWORK_FIELDS);
}

/** The same, as a handler first gets it. */
export function firstOfNetwork(root: XmlElement): FirstFields {
  return firstFields(root, NETWORK_FIELDS, LATER);
}

function forward(element: XmlElement | undefined): NetworkData["forward"] {
  if (element === undefined) return undefined;
  return compact({
    mode: element.attribute("mode") ?? "nat",
    dev: element.attribute("dev"),
    interfaces: listOf(element, "interface", (one) => one.attribute("dev")).filter((dev) =>
      dev !== undefined
    ),
    pci: listOf(element, "address", pciAddress).filter((address) => address !== undefined),
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
    dhcpRanges: listOf(dhcp, "range", (range) => ({
      start: range.attribute("start") ?? "",
      end: range.attribute("end") ?? "",
    })),
    dhcpHosts: listOf(dhcp, "host", (host) => pick(host, ["mac", "name", "ip", "id"]) ?? {}),
  });
}

/** The prefix length of an IPv4 netmask: 24 for `255.255.255.0`. */
function prefixLength(netmask: string | undefined): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(netmask ?? "");
  if (match === null) return undefined;
  const bits = match.slice(1).map((part) => Number(part).toString(2).padStart(8, "0")).join("");
  const ones = /^(1*)0*$/.exec(bits);
  return bits.length === 32 && ones !== null ? ones[1]!.length : undefined;
}
