import type { DomainData, Interface, NetworkPortData } from "../../handlers/handler.d.ts";
import { networkInterface, vlanTags } from "./domain_devices.ts";
import { pciAddress } from "./pci_address.ts";
import type { XmlElement } from "./xml/document.ts";
import { child, childAttribute, childText, compact, decimal, flag } from "./xml/read.ts";

/** What handlers see of a `<networkport>`. */
export function networkPortModel(root: XmlElement): NetworkPortData {
  const owner = child(root, "owner");
  const plug = child(root, "plug");
  return compact<NetworkPortData>({
    uuid: childText(root, "uuid")?.trim(),
    owner: owner === undefined
      ? undefined
      : compact({ name: childText(owner, "name"), uuid: childText(owner, "uuid")?.trim() }),
    group: childText(root, "group"),
    mac: childAttribute(root, "mac", "address"),
    plug: plug === undefined ? undefined : compact({
      type: plug.attribute("type") ?? "",
      bridge: plug.attribute("bridge"),
      dev: plug.attribute("dev"),
      mode: plug.attribute("mode"),
      pci: pciAddress(child(plug, "address")),
      managed: flag(plug.attribute("managed")),
    }),
    vlans: vlanTags(root),
    virtualport: childAttribute(root, "virtualport", "type"),
    classId: decimal(childAttribute(root, "bandwidth", "classID")),
    trustGuest: flag(childAttribute(root, "rxfilters", "trustGuest")),
    isolated: flag(childAttribute(root, "port", "isolated")),
  });
}

/**
 * What an older libvirt's hook data tells of the port that was plugged or
 * unplugged: it sent the domain, and for some versions the `<interface>`
 * beside it. Without that, the port's interface is known only when the domain
 * has just one on this network; its owner always.
 */
export function portOfOlderLibvirt(
  network: string,
  domain: DomainData | undefined,
  plugged: XmlElement | undefined,
): NetworkPortData | undefined {
  const candidates = domain?.interfaces.filter((i) => i.source?.network === network) ?? [];
  const found = plugged !== undefined
    ? networkInterface(plugged)
    : candidates.length === 1
    ? candidates[0]
    : undefined;
  if (domain === undefined && found === undefined) return undefined;
  return compact<NetworkPortData>({
    owner: domain === undefined ? undefined : { name: domain.name, uuid: domain.uuid },
    group: found?.source?.portgroup,
    mac: found?.mac,
    plug: found === undefined ? undefined : plugOf(found),
    vlans: found?.vlans ?? [],
    virtualport: found?.virtualport?.type,
  });
}

/** What the interface was connected to, as far as its `<source>` tells. */
function plugOf({ type, source, pci, managed }: Interface): NetworkPortData["plug"] {
  if (pci !== undefined) return compact({ type: "hostdev-pci", pci, managed });
  if (source?.bridge !== undefined) {
    return { type: type === "bridge" ? "bridge" : "network", bridge: source.bridge };
  }
  if (source?.dev !== undefined) return compact({ type: "direct", dev: source.dev, mode: source.mode });
  return undefined;
}
