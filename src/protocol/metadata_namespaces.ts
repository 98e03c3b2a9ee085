import { MOST_ENTRIES, tooMany } from "./model_list.ts";
import type { XmlElement } from "./xml/document.ts";
import { child } from "./xml/read.ts";

/** The namespaces of the elements in a domain's or network's `<metadata>`, in order. */
export function metadataNamespaces(root: XmlElement): string[] {
  const namespaces = new Set<string>();
  let count = 0;
  for (const element of child(root, "metadata")?.children() ?? []) {
    if (++count > MOST_ENTRIES) throw tooMany("elements in <metadata>");
    if (element.namespace !== "") namespaces.add(element.namespace);
  }
  return [...namespaces];
}
