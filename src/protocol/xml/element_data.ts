import type { ElementData } from "../../../handlers/handler.d.ts";
import type { XmlElement } from "./document.ts";
import { child, compact } from "./read.ts";

/**
 * An element and everything in it as plain data. Namespace declarations are
 * among the attributes. Comments and processing instructions are left out. Its
 * size is about four times that of the XML.
 */
export function elementData(element: XmlElement): ElementData {
  return compact<ElementData>({
    name: element.name,
    namespace: element.namespace || undefined,
    // From entries, not by assignment: an attribute may be called __proto__.
    attributes: Object.fromEntries(element.attributes().map(({ name, value }) => [name, value])),
    text: element.ownText,
    children: [...element.children()].map(elementData),
  });
}

/** The element of that namespace in the `<metadata>` of a domain or network; libvirt allows one for each. */
export function metadataElement(root: XmlElement, namespace: string): XmlElement | undefined {
  for (const element of child(root, "metadata")?.children() ?? []) {
    if (element.namespace === namespace) return element;
  }
  return undefined;
}
