import type { Interface, NetworkPortData } from "../../handlers/handler.d.ts";
import { networkInterface, vlanTags } from "./domain_devices.ts";
import { type Readers, readFields } from "./fields.ts";
import { listOf, textOf } from "./model_list.ts";
import { pciAddress } from "./pci_address.ts";
import type { XmlElement } from "./xml/document.ts";
import { child, childAttribute, compact, decimal, flag } from "./xml/read.ts";

/** `<networkport>`. */
export const PORT_FIELDS: Readers<NetworkPortData> = {
  uuid: (root) => textOf(root, "uuid")?.trim(),
  owner: (root) => {
    const owner = child(root, "owner");
    if (owner === undefined) return undefined;
    return compact({ name: textOf(owner, "name"), uuid: textOf(owner, "uuid")?.trim() });
  },
  group: (root) => textOf(root, "group"),
  mac: (root) => childAttribute(root, "mac", "address"),
  plug: (root) => {
    const plug = child(root, "plug");
    if (plug === undefined) return undefined;
    return compact({
      type: plug.attribute("type") ?? "",
      bridge: plug.attribute("bridge"),
      dev: plug.attribute("dev"),
      mode: plug.attribute("mode"),
      pci: pciAddress(child(plug, "address")),
      managed: flag(plug.attribute("managed")),
    });
  },
  vlans: vlanTags,
  virtualport: (root) => childAttribute(root, "virtualport", "type"),
  classId: (root) => decimal(childAttribute(root, "bandwidth", "classID")),
  trustGuest: (root) => flag(childAttribute(root, "rxfilters", "trustGuest")),
  isolated: (root) => flag(childAttribute(root, "port", "isolated")),
};

/** What handlers see of a `<networkport>`. */
export function networkPortModel(root: XmlElement): NetworkPortData {
  return readFields(root, PORT_FIELDS);
}

/**
 * What an older libvirt's hook data shows of the port that was plugged or
 * unplugged: it sent the domain, and for some versions the `<interface>` beside
 * it. Without that, the port's interface is known only when the domain has just
 * one on this network; its owner always.
 */
export function portOfOlderLibvirt(
  network: string,
  domain: XmlElement | undefined,
  plugged: XmlElement | undefined,
): NetworkPortData | undefined {
  const candidates = plugged !== undefined || domain === undefined
    ? []
    : listOf(child(domain, "devices"), "interface", networkInterface)
      .filter(({ source }) => source?.network === network);
  const found = plugged !== undefined
    ? networkInterface(plugged)
    : candidates.length === 1
    ? candidates[0]
    : undefined;
  if (domain === undefined && found === undefined) return undefined;
  return compact<NetworkPortData>({
    owner: domain === undefined
      ? undefined
      : { name: textOf(domain, "name") ?? "", uuid: textOf(domain, "uuid")?.trim() ?? "" },
    group: found?.source?.portgroup,
    mac: found?.mac,
    plug: found === undefined ? undefined : plugOf(found),
    vlans: found?.vlans ?? [],
    virtualport: found?.virtualport?.type,
  });
}

/** What the interface was connected to, as far as its `<source>` shows. */
function plugOf({ type, source, pci, managed }: Interface): NetworkPortData["plug"] {
  if (pci !== undefined) return compact({ type: "hostdev-pci", pci, managed });
  if (source?.bridge !== undefined) {
    return { type: type === "bridge" ? "bridge" : "network", bridge: source.bridge };
  }
  if (source?.dev !== undefined) return compact({ type: "direct", dev: source.dev, mode: source.mode });
  return undefined;
}
