import type { Json } from "../base/json.ts";
import type { HookEvent } from "../protocol/event.ts";
import { hookDataElements } from "../protocol/network.ts";
import type { XmlElement } from "../protocol/xml/document.ts";

/** The element that `event.domain`, `event.network` or `event.port` stands for. */
export function partOf(
  root: XmlElement,
  { driver }: HookEvent,
  part: Json | undefined,
): XmlElement | undefined {
  if (driver !== "network") return part === "domain" ? root : undefined;
  const elements = hookDataElements(root);
  if (part === "network") return elements.network;
  if (part === "port") return elements.port ?? elements.interface;
  return part === "domain" ? elements.domain : undefined;
}
