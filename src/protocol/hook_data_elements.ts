import type { XmlElement } from "./xml/document.ts";
import { child, compact } from "./xml/read.ts";

/** The parts of a network hook's data, each absent if it was not sent. */
export interface HookDataElements {
  network?: XmlElement;
  /** `<networkport>`: libvirt 5.5.0 and later. */
  port?: XmlElement;
  /** `<domain>`: before 5.5.0. */
  domain?: XmlElement;
  /** `<interface>` beside them: before 5.5.0. */
  interface?: XmlElement;
}

/** The parts of `<hookData>`; a bare `<network>` is accepted too. */
export function hookDataElements(root: XmlElement): HookDataElements {
  if (root.name === "network") return { network: root };
  return compact<HookDataElements>({
    network: child(root, "network"),
    port: child(root, "networkport"),
    domain: child(root, "domain"),
    interface: child(root, "interface"),
  });
}
